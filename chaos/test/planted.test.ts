import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { EXIT, runChaos } from "../cli.ts"
import type { Fault } from "../faults/fault.ts"
import { killApi } from "../faults/kills.ts"
import { networkFaults } from "../faults/network.ts"
import { startRig } from "../rig/rig.ts"
import type { Rig } from "../rig/rig.ts"
import { DIRECT } from "../rig/wiring.ts"
import { PACES } from "../trial/pace.ts"
import type { Plant } from "./planted-books.ts"
import { brokenBy } from "./trials.ts"

const ONE_TRIAL_MS = 90_000
// This shop grants at once, so that a coupon that is missing stays missing.
const PACE = { ...PACES.test, couponsWithinMs: 500 }

const ENTRY = join(import.meta.dirname, "planted-shop.ts")

const killPlanted = (plant: Plant): Fault => ({
  ...killApi,
  wiring: { ...DIRECT, shopEnv: { PLANTED: plant } },
})

describe("a shop with a fault planted in it", () => {
  let rig: Rig

  beforeAll(async () => {
    rig = await startRig({ env: process.env, entry: ENTRY })
  })
  afterAll(() => rig.stop())

  const checksBrokenBy = async (plant: Plant): Promise<string[]> => {
    const violations = await brokenBy({ rig, fault: killPlanted(plant), pace: PACE })
    return [...new Set(violations.map(({ check }) => check))]
  }

  it("passes without one", async () => expect(await checksBrokenBy("nothing")).toEqual([]), ONE_TRIAL_MS)

  it.each([
    ["forgets-keys", "once"],
    ["loses-a-line", "acknowledged"],
  ] as const)(
    "is caught when it %s",
    async (plant, check) => {
      expect(await checksBrokenBy(plant)).toContain(check)
    },
    ONE_TRIAL_MS,
  )
})

it(
  "the command ends with 4 over a shop that acknowledges before it commits",
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "chaos-planted-"))
    let table = ""
    const io = {
      stdout: (text: string) => void (table += text),
      stderr: () => {},
      env: process.env,
      root: dir,
      interrupted: new AbortController().signal,
    }
    const fault = killPlanted("acknowledges-before-commit")
    try {
      const code = await runChaos(["--seed", "7"], io, { faults: [fault], entry: ENTRY, pace: PACE })
      expect(table).toContain("not true that every acknowledged order, charge and claim is in the books")
      expect(code).toBe(EXIT.violated)
    } finally {
      await rm(dir, { recursive: true })
    }
  },
  ONE_TRIAL_MS,
)

it(
  "a client that retries without a key is caught",
  async () => {
    await using rig = await startRig({ env: process.env })
    const fault = networkFaults.find(({ name }) => name === "reset-api-database")
    if (!fault) throw new Error("the fault has another name")
    const violations = await brokenBy({
      rig,
      fault,
      keyOf: ({ key }, attempt) => (attempt === 0 ? key : undefined),
    })
    expect(violations.map(({ check }) => check)).toContain("once")
  },
  ONE_TRIAL_MS,
)
