import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterEach, beforeEach, expect, it } from "vitest"

import { hashScript } from "./manifest.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "loadctl-hash-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

it("hashes a script with everything that it imports from its own folders", () => {
  const script = join(folder, "flow.ts")
  writeFileSync(script, 'import { a } from "./a.ts"\nimport http from "k6/http"\n')
  writeFileSync(join(folder, "a.ts"), 'export { b } from "./b.ts"\n')
  writeFileSync(join(folder, "b.ts"), "export const b = 1\n")
  const before = hashScript(script)
  writeFileSync(join(folder, "b.ts"), "export const b = 2\n")
  expect(before).toMatch(/^[0-9a-f]{64}$/)
  expect(hashScript(script)).not.toBe(before)
})

it("has no hash for a script that is not there", () => {
  expect(hashScript(join(folder, "none.ts"))).toBeNull()
})
