import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { EXIT, runChaos } from "../cli.ts"
import type { Fault } from "../faults/fault.ts"
import { killApi } from "../faults/kills.ts"
import { sellUnderKills } from "../faults/selling.ts"
import { networkFaults } from "../faults/network.ts"
import { startEnvironment } from "../environment/environment.ts"
import type { Environment } from "../environment/environment.ts"
import { DIRECT } from "../environment/topology.ts"
import { PACES } from "../experiment/pace.ts"
import type { Defect } from "./defective-transactions.ts"
import { brokenBy } from "./experiments.ts"

const EXPERIMENT_MS = 90_000
// This shop grants at once, so that a coupon that is missing stays missing; and it tells soon.
const PACE = { ...PACES.test, couponsWithinMs: 500, deliveredWithinMs: 8_000 }

const ENTRY = join(import.meta.dirname, "defective-shop.ts")

const inDefective = (defect: Defect, fault: Fault): Fault => ({
  ...fault,
  topology: { ...DIRECT, shopEnv: { DEFECT: defect } },
})
const killDefective = (defect: Defect): Fault => inDefective(defect, killApi)

describe("a shop with a defect", () => {
  let environment: Environment

  beforeAll(async () => {
    environment = await startEnvironment({ env: process.env, entry: ENTRY })
  })
  afterAll(() => environment.stop())

  const checksBrokenBy = async (defect: Defect): Promise<string[]> => {
    const violations = await brokenBy({ environment, fault: killDefective(defect), pace: PACE })
    return [...new Set(violations.map(({ check }) => check))]
  }

  it("passes without one", async () => expect(await checksBrokenBy("nothing")).toEqual([]), EXPERIMENT_MS)

  it.each([
    ["forgets-keys", "once"],
    ["loses-a-line", "acknowledged"],
    ["keeps-the-money", "acknowledged"],
    ["restocks-twice", "stock"],
  ] as const)(
    "is caught when it %s",
    async (defect, check) => {
      expect(await checksBrokenBy(defect)).toContain(check)
    },
    EXPERIMENT_MS,
  )
})

describe("a shop that tells a webhook what happens", () => {
  let environment: Environment

  beforeAll(async () => {
    environment = await startEnvironment({ env: process.env, entry: ENTRY })
  })
  afterAll(() => environment.stop())

  const brokenWith = async (defect: Defect): Promise<string> => {
    const fault = inDefective(defect, sellUnderKills)
    const violations = await brokenBy({ environment, fault, pace: PACE })
    return violations.map(({ check, detail }) => `${check}: ${detail}`).join("\n")
  }

  it("passes without a defect", async () => expect(await brokenWith("nothing")).toBe(""), EXPERIMENT_MS)

  it.each([
    ["delivers-at-most-once", /^events: .* was never accepted$/m],
    ["delivers-in-any-order", /^events: .* was sent before balance\.credited .* was accepted$/m],
    ["signs-without-id", /^events: .* was not signed with the secret$/m],
    [
      "grants-silently",
      /^events: coupon\.granted .* was accepted 0 times, and happened at least \d+ times$/m,
    ],
    [
      "sells-out-silently",
      /^events: product\.sold_out .* was accepted 0 times, and happened at least \d+ times$/m,
    ],
  ] as const)(
    "is caught when it %s",
    async (defect, found) => {
      expect(await brokenWith(defect)).toMatch(found)
    },
    EXPERIMENT_MS,
  )
})

it(
  "the command ends with 4 over a shop that acknowledges before it commits",
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "chaos-defects-"))
    let table = ""
    const io = {
      stdout: (text: string) => void (table += text),
      stderr: () => {},
      env: process.env,
      root: dir,
      interrupted: new AbortController().signal,
    }
    const fault = killDefective("acknowledges-before-commit")
    try {
      const code = await runChaos(["--seed", "7"], io, { faults: [fault], entry: ENTRY, pace: PACE })
      expect(table).toContain(
        "not true that every acknowledged order, cancellation, restock, charge and claim is",
      )
      expect(code).toBe(EXIT.violated)
    } finally {
      await rm(dir, { recursive: true })
    }
  },
  EXPERIMENT_MS,
)

it(
  "a client that retries without a key is caught",
  async () => {
    await using environment = await startEnvironment({ env: process.env })
    const fault = networkFaults.find(({ name }) => name === "reset-api-database")
    if (!fault) throw new Error("the fault has another name")
    const violations = await brokenBy({
      environment,
      fault,
      keyOf: ({ key }, attempt) => (attempt === 0 ? key : undefined),
    })
    expect(violations.map(({ check }) => check)).toContain("once")
  },
  EXPERIMENT_MS,
)
