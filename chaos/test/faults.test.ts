import process from "node:process"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { FAULTS } from "../faults/catalogue.ts"
import { whyNoSmallDisk } from "../rig/disk.ts"
import { startRig } from "../rig/rig.ts"
import type { Rig } from "../rig/rig.ts"
import { brokenBy } from "./trials.ts"

const ONE_TRIAL_MS = 90_000

describe("the shop under load loses nothing, does nothing twice and comes back after", () => {
  let rig: Rig

  beforeAll(async () => {
    rig = await startRig({ env: process.env })
  })
  afterAll(() => rig.stop())

  it.each(FAULTS.filter(({ diskMb }) => diskMb === undefined))(
    "$title",
    async (fault) => {
      expect(await brokenBy({ rig, fault })).toEqual([])
    },
    ONE_TRIAL_MS,
  )
})

describe("the shop on a small disk loses nothing, does nothing twice and comes back after", () => {
  it.each(FAULTS.filter(({ diskMb }) => diskMb !== undefined))(
    "$title",
    async (fault) => {
      // Only root may mount a file system that can be full.
      if ((await whyNoSmallDisk()) !== undefined) return
      await using rig = await startRig({ env: process.env, diskMb: fault.diskMb })
      expect(await brokenBy({ rig, fault })).toEqual([])
    },
    ONE_TRIAL_MS,
  )
})
