import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "..")

it("every path in the tables of docs/development.md exists", () => {
  const lines = readFileSync(join(ROOT, "docs/development.md"), "utf8").split("\n")
  const cells = lines.filter((line) => line.startsWith("|")).join("\n")
  const named = [...cells.matchAll(/`([\w-]*[./][\w./-]*)`/g)].flatMap(([, path]) => path ?? [])
  expect(named).toEqual(expect.arrayContaining(["loadctl.yaml", "apps/api/src/errors.ts"]))
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
