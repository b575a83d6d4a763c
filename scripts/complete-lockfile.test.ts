import { readFileSync } from "node:fs"

import { expect, it } from "vitest"

import { missingOptionalPackages } from "./complete-lockfile.mjs"

it("finds the lockfile complete, or else: node scripts/complete-lockfile.mjs", () => {
  const lockfile = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")
  expect(missingOptionalPackages(JSON.parse(lockfile))).toEqual([])
})

it("adds an optional package of another platform from its name", () => {
  const packages = {
    "node_modules/tool": {
      dev: true,
      optionalDependencies: { "@tool/linux-x64-musl": "1.2.3", "@tool/darwin-arm64": "1.2.3" },
    },
    "node_modules/@tool/darwin-arm64": { version: "1.2.3" },
  }
  expect(missingOptionalPackages({ packages })).toEqual([
    [
      "node_modules/@tool/linux-x64-musl",
      { version: "1.2.3", cpu: ["x64"], dev: true, libc: ["musl"], optional: true, os: ["linux"] },
    ],
  ])
})
