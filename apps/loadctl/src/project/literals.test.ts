import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { expect, it, onTestFinished } from "vitest"

import { readLiterals } from "./literals.ts"

function literalsOf(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "loadctl-literals-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return readLiterals(join(folder, "main.js"))
}

it("finds the names of requests, also in what the script imports", () => {
  const main = `import { buy } from "./buy.js"
    http.get(url, { tags: { name: "list" } }); http.get(url, { tags: { kind: 'x', name: 'say "hi"' } })`
  const buy = "export const buy = () => http.post(url, b, { tags: { name: `buy` } })"
  expect(literalsOf({ "main.js": main, "buy.js": buy })).toMatchObject({
    names: ["list", 'say "hi"', "buy"],
    computedNames: false,
    checks: false,
  })
})

it("says that a name is put together at run time", () => {
  const text = "http.get(u, { tags: { name: `item ${id}` } }); http.get(u, { tags: { name: label } })"
  expect(literalsOf({ "main.js": text })).toMatchObject({ names: [], computedNames: true })
})

it("finds the variable that the address comes from", () => {
  const text = `const a = __ENV.BASE_URL, b = __ENV["API_TOKEN"], c = __ENV['TARGET']; check(r, {})`
  expect(literalsOf({ "main.js": text })).toMatchObject({
    addressVariables: ["BASE_URL", "TARGET"],
    otherVariables: ["API_TOKEN"],
    checks: true,
  })
})

it("takes a variable for an address by what stands for it or follows it", () => {
  const text =
    "const a = __ENV.SHOP ?? 'https://shop'; http.get(`${__ENV.API_HOST || a}/x`); `http://${__ENV.HOST}/y`"
  expect(literalsOf({ "main.js": text })).toMatchObject({
    addressVariables: ["SHOP", "API_HOST"],
    otherVariables: ["HOST"],
  })
})
