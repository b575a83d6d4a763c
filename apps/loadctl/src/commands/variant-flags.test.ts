import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Command } from "commander"
import { afterAll, beforeAll, expect, it } from "vitest"

import type { Io } from "../io.ts"
import { withScenario } from "./scenario.ts"
import { expandVariantFlags } from "./variant-flags.ts"

const FILE = `target: { url: "http://127.0.0.1:1" }
script: a.js
scenarios: { sale: {} }
variants: { limited: { flag: true }, wide: {} }
`
let cwd = ""

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "loadctl-flags-"))
  await writeFile(join(cwd, "loadctl.yaml"), FILE)
})
afterAll(() => rm(cwd, { recursive: true }))

const expand = (...argv: string[]) => {
  const program = new Command()
  withScenario(program.command("run"))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of it that is read
  return expandVariantFlags({ argv, cwd, env: {} } as unknown as Io, program)
}

it("writes out what loadctl.yaml makes a flag, and leaves everything else as it is", async () => {
  expect(await expand("run", "-s", "sale", "--limited")).toEqual([
    "run",
    "-s",
    "sale",
    "--variant",
    "limited",
  ])
  expect(await expand("run", "--wide", "--scale", "0.1")).toEqual(["run", "--wide", "--scale", "0.1"])
  expect(await expand("report", "--limited")).toEqual(["report", "--limited"])
})
