import process from "node:process"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { FAULTS } from "../faults/catalogue.ts"
import { whyNoSmallDisk } from "../environment/disk.ts"
import { startEnvironment } from "../environment/environment.ts"
import type { Environment } from "../environment/environment.ts"
import { brokenBy } from "./experiments.ts"

const EXPERIMENT_MS = 90_000

describe("the shop under load loses nothing, does nothing twice and comes back after", () => {
  let environment: Environment

  beforeAll(async () => {
    environment = await startEnvironment({ env: process.env })
  })
  afterAll(() => environment.stop())

  it.each(FAULTS.filter(({ diskMb, replication }) => diskMb === undefined && replication === undefined))(
    "$title",
    async (fault) => {
      expect(await brokenBy({ environment, fault })).toEqual([])
    },
    EXPERIMENT_MS,
  )
})

describe("the shop on a small disk loses nothing, does nothing twice and comes back after", () => {
  it.each(FAULTS.filter(({ diskMb }) => diskMb !== undefined))(
    "$title",
    async (fault) => {
      // Only root may mount a file system that can be full.
      if ((await whyNoSmallDisk()) !== undefined) return
      await using environment = await startEnvironment({ env: process.env, diskMb: fault.diskMb })
      expect(await brokenBy({ environment, fault })).toEqual([])
    },
    EXPERIMENT_MS,
  )
})
