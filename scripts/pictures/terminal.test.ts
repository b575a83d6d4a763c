import { styleText } from "node:util"

import { Resvg } from "@resvg/resvg-js"
import { expect, it } from "vitest"

import { drawTerminal } from "./terminal.ts"

const red = (text: string): string => styleText("red", text, { validateStream: false })

/** [x, text, fill] of everything on a line of the picture, its title left out. */
function drawn(output: string, columns?: number): (string | undefined)[][] {
  const texts = drawTerminal("title", output, columns).matchAll(
    /<text x="([\d.]+)" y="([\d.]+)".*?fill="(.*?)".*?>(.*?)</g,
  )
  return [...texts].filter(([, , , fill]) => fill !== "#9198a1").map(([, x, , fill, text]) => [x, text, fill])
}

it("puts every column of a table where the terminal has it, whatever the reader's font", () => {
  const [first, second] = [drawn("name   p95\nx       12"), drawn("x       12")]
  expect(first.map(([x, text]) => [x, text])).toEqual([
    ["20.0", "name"],
    ["78.8", "p95"],
    ["20.0", "x"],
    ["87.2", "12"],
  ])
  expect(second[1]?.[0]).toBe("87.2")
  expect(drawTerminal("title", "p95 was 12")).toContain('textLength="84.0"')
})

it("keeps colours", () => {
  expect(drawn(`all ${red("bad")}`).map(([, text, fill]) => [text, fill])).toEqual([
    ["all", "#e6edf3"],
    ["bad", "#f85149"],
  ])
})

it("breaks a line where the terminal ends", () => {
  expect(drawn("abcdef", 4).map(([, text]) => text)).toEqual(["abcd", "ef"])
})

it("is a picture that can be drawn, whatever the text is", () => {
  const svg = drawTerminal(`<&">`, `</svg> & "quoted" <script> ${red("✗")}`)
  expect(new Resvg(svg).render().width).toBeGreaterThan(300)
  expect(svg).toContain("&lt;/svg> &amp; &quot;quoted&quot; &lt;script>")
})
