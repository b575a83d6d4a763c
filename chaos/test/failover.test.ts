import process from "node:process"

import { expect, it } from "vitest"

import { startEnvironment } from "../environment/environment.ts"
import { failover, laggingFailover } from "../faults/failover.ts"
import type { Fault } from "../faults/fault.ts"
import { brokenBy } from "./experiments.ts"

const EXPERIMENT_MS = 120_000

async function checksBrokenBy(fault: Fault): Promise<string[]> {
  await using environment = await startEnvironment({ env: process.env, replication: fault.replication })
  const violations = await brokenBy({ environment, fault })
  return [...new Set(violations.map(({ check }) => check))]
}

it(
  "a synchronous standby takes over without the loss of anything acknowledged, and the old primary is left alone",
  async () => expect(await checksBrokenBy(failover)).toEqual([]),
  EXPERIMENT_MS,
)

it(
  "what an asynchronous standby did not get is reported as lost",
  async () => expect(await checksBrokenBy(laggingFailover)).toContain("acknowledged"),
  EXPERIMENT_MS,
)
