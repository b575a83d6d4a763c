import { mkdtempSync, rmSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { expect, it, onTestFinished } from "vitest"

import { asTyped } from "./own-name.ts"

const HINT = "`loadctl init` writes one; loadctl runs lists them. What loadctl saves, npx loadctl runs shows."

it("names commands as they are typed where a project has loadctl installed, and leaves prose alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "loadctl-name-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(asTyped(HINT, folder)).toBe(HINT)
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true })
  await writeFile(join(folder, "node_modules/.bin/loadctl"), "")
  expect(asTyped(HINT, folder)).toBe(
    "`npx loadctl init` writes one; npx loadctl runs lists them. What loadctl saves, npx loadctl runs shows.",
  )
})
