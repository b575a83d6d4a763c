import { describe, expect, it } from "vitest"

import { series } from "../../test/fixtures/evidence.ts"
import type { PlannedScenario } from "../k6/scenarios.ts"
import { accountIterations, unansweredRequests } from "./iterations.ts"
import type { AccountInput } from "./iterations.ts"

function scenario(change: Partial<PlannedScenario> = {}): PlannedScenario {
  return {
    name: "sale",
    kind: "constant",
    durationMs: 5_000,
    startMs: 0,
    users: 4,
    graceMs: 1_000,
    ...change,
  }
}

function input(change: Partial<AccountInput> = {}): AccountInput {
  return {
    iterations: 50,
    threw: 0,
    cutOff: 4,
    dropped: 0,
    cameToItsEnd: true,
    scenarios: [scenario()],
    longestMs: 20,
    minIterationMs: 0,
    cutAt: 6_000,
    lastEnds: [400, 390, 380, 370],
    quietSince: 400,
    longestThoughtMs: 0,
    ...change,
  }
}

describe("accountIterations", () => {
  it("has every started iteration finished, thrown or cut off; k6 counts those that threw as iterations", () => {
    const { account } = accountIterations(input({ threw: 10, dropped: 7 }))
    expect(account).toMatchObject({ started: 54, finished: 40, threw: 10, cutOff: 4, dropped: 7 })
  })

  it("says of users with more time than any iteration took that they were never answered, and how long", () => {
    const { account, waitsMs } = accountIterations(input())
    expect(account).toMatchObject({ unanswered: 4, truncated: 0 })
    expect(waitsMs).toEqual([5_600, 5_610, 5_620, 5_630])
  })

  it("fails nobody who may have been thinking: a grace shorter than the longest iteration", () => {
    const thinking = input({ scenarios: [scenario({ graceMs: 0 })], longestMs: 310, cutAt: 5_000 })
    const { account } = accountIterations({ ...thinking, lastEnds: [4_990, 4_900, 4_800, 4_700] })
    expect(account).toMatchObject({ unanswered: 0, truncated: 4 })
  })

  it("finds users that hang without any grace, beside others that go on", () => {
    const hanging = input({ scenarios: [scenario({ graceMs: 0 })], cutAt: 5_000 })
    const { account } = accountIterations({ ...hanging, lastEnds: [4_990, 4_980, 1_000, 900] })
    expect(account).toMatchObject({ unanswered: 2, truncated: 2 })
  })

  it("takes a load that ramps down for stuck only when nobody finished any more", () => {
    const ramping = input({ scenarios: [scenario({ kind: "ramping", graceMs: 0 })], cutAt: 5_000 })
    expect(accountIterations({ ...ramping, lastEnds: [4_900, 100, 90, 80] }).account.unanswered).toBe(0)
    expect(accountIterations({ ...ramping, lastEnds: [400, 390, 380, 370] }).account.unanswered).toBe(4)
  })

  it("does not know, where no iteration finished, of a script that may think as long as nobody asked anything", () => {
    const long = { longestMs: 0, lastEnds: [], longestThoughtMs: 10_000, quietSince: 400 }
    expect(accountIterations(input(long))).toMatchObject({
      account: { unanswered: 0, truncated: 0, undecided: 4 },
      waitsMs: [],
    })
    const short = accountIterations(input({ ...long, longestThoughtMs: 300 })).account
    expect(short).toMatchObject({ unanswered: 4 })
    expect(short).not.toHaveProperty("undecided")
  })

  it("does not know of users whose script can pause for as long as they were quiet", () => {
    const ends = [5_010, 5_000, 4_990, 4_980]
    const paused = input({ lastEnds: ends, quietSince: 5_005, cutOff: 1, longestThoughtMs: 10_000 })
    expect(accountIterations(paused)).toMatchObject({ account: { unanswered: 0, undecided: 1 }, waitsMs: [] })
    const short = { ...paused, longestThoughtMs: 500 }
    expect(accountIterations(short).account).toMatchObject({ unanswered: 1 })
  })

  it("takes pauses of unknown length for what they are only where the load goes on", () => {
    const unknown = input({ longestThoughtMs: Infinity })
    expect(accountIterations(unknown).account).toMatchObject({ unanswered: 4 })
    const going = { ...unknown, cutOff: 1, lastEnds: [5_010], quietSince: 5_005 }
    expect(accountIterations(going).account).toMatchObject({ unanswered: 0, undecided: 1 })
  })

  it("does not know of iterations whose requests are answered after all others have ended", () => {
    const going = input({ cutOff: 2, lastEnds: [5_010, 5_000], quietSince: 5_900 })
    expect(accountIterations(going).account).toMatchObject({ unanswered: 0, undecided: 2 })
    const stuck = { ...going, quietSince: 4_900 }
    expect(accountIterations(stuck).account).toMatchObject({ unanswered: 2 })
  })

  it("takes no user for stuck that was in the pause after an iteration", () => {
    const scenarios = [scenario({ graceMs: 0 })]
    const paused = input({ scenarios, cutOff: 1, cutAt: 5_000, lastEnds: [2_900], minIterationMs: 2_000 })
    expect(accountIterations(paused).account).toMatchObject({ unanswered: 0, truncated: 1 })
    const stuck = { ...paused, lastEnds: [400] }
    expect(accountIterations(stuck).account.unanswered).toBe(0)
    expect(accountIterations({ ...stuck, minIterationMs: 100 }).account.unanswered).toBe(1)
  })

  it("does not blame the target for what an early end cut off", () => {
    expect(accountIterations(input({ cameToItsEnd: false })).account.unanswered).toBe(0)
  })
})

describe("unansweredRequests", () => {
  const where = { cutAt: 6_000, scenarios: ["sale"], finished: 1 }

  it("belong to the endpoint that alone can be meant, else to none", () => {
    const [one] = unansweredRequests([5_000], { ...where, samples: [series([[1, 1]])] })
    expect(one).toMatchObject({ name: "order", status: "0", expected: false, ms: Float64Array.of(5_000) })
    const samples = [series([[1, 1]]), series([[1, 1]], { name: "pay" })]
    expect(unansweredRequests([5_000], { ...where, samples })[0]?.name).toBe("")
  })

  it("belong to no endpoint where no iteration came so far that every endpoint was seen", () => {
    const samples = [series([[1, 1]])]
    expect(unansweredRequests([5_000], { ...where, samples, finished: 0 })[0]?.name).toBe("")
  })
})
