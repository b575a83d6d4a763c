import { readFile } from "node:fs/promises"
import { join } from "node:path"

import { execa } from "execa"
import { expect, it } from "vitest"

import { searchFile } from "./search.ts"
import { SKIPPED } from "./words.ts"

const ROOT = join(import.meta.dirname, "../..")
const MOST_CHARACTERS = 120

it("no identifier, file name, message or document uses a banned term", async () => {
  const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  })
  const files = stdout.split("\n").filter((file) => !SKIPPED.test(file))
  const found = await Promise.all(
    files.map(async (file) => searchFile(file, await readFile(join(ROOT, file), "utf8").catch(() => ""))),
  )
  const lines = found.flat().map(({ file, line, term, instead }) => `${file}:${line} "${term}": ${instead}`)
  expect(lines).toEqual([])
})

it("no line of prose is longer than 120 characters", async () => {
  const { stdout } = await execa("git", ["ls-files", "*.md", ":!docs/results"], { cwd: ROOT })
  const found = await Promise.all(
    stdout.split("\n").map(async (file) => longLines(file, await readFile(join(ROOT, file), "utf8"))),
  )
  expect(found.flat()).toEqual([])
})

/** Tables and code have lines of their own length, and so has what a program writes into a document. */
function longLines(file: string, text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "").replaceAll(/<!-- figures[^]*?end of figures -->/g, "")
  const long = prose.split("\n").filter((line) => line.length > MOST_CHARACTERS && !line.startsWith("|"))
  return long.map((line) => `${file}: ${line}`)
}

it.each([
  ["chaos/rig/a.ts", "", "rig"],
  ["a.ts", "const startRig = 1", "Rig"],
  ["a.ts", "/** 300 requests a second */", "requests a second"],
  ["a.ts", "// a caller hears 503", "hears"],
  ["a.ts", "// a load that comes and goes", "comes and goes"],
  ["a.md", "The colour of the report", "colour"],
  ["a.md", "One row per entry of the books", "the books"],
  ["apps/api/src/orders/line.ts", "", "orders/line.ts"],
])("%s with %j is found", (file, text, term) => {
  expect(searchFile(file, text).map((finding) => finding.term)).toContain(term)
})

it.each([
  ["a.ts", "const trigger = original.bright // a door of a house"],
  ["a.md", "a second attempt is made once, on the next line of the account"],
  ["a.ts", 'import { once } from "node:events"'],
])("%s with %j is not", (file, text) => {
  expect(searchFile(file, text)).toEqual([])
})
