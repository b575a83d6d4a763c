import { describe, expect, it } from "vitest"

import { parseMaxDuration, parseScenarioProgress, readScenarios } from "./scenarios.ts"

const OUTPUT = `
     scenarios: (100.00%) 3 scenarios, 12 max VUs, 1m36s max duration (incl. graceful stop):
              * a: 4 looping VUs for 5s (gracefulStop: 1s)
              * no grace: 2 looping VUs for 1m0s
              * ramp: Up to 10 looping VUs for 1m30s over 3 stages (gracefulRampDown: 10s, startTime: 2s, gracefulStop: 30s)
              * open: 50.00 iterations/s for 500ms (maxVUs: 10-20, gracefulStop: 30s)
              * each: 15 iterations for each of 4 VUs (maxDuration: 20s, gracefulStop: 30s)
`

describe("readScenarios", () => {
  it("knows how long each starts iterations, and how long it waits for them", () => {
    expect(readScenarios(OUTPUT)).toEqual([
      { name: "a", kind: "constant", durationMs: 5_000, startMs: 0, users: 4, graceMs: 1_000 },
      { name: "no grace", kind: "constant", durationMs: 60_000, startMs: 0, users: 2, graceMs: 0 },
      { name: "ramp", kind: "ramping", durationMs: 90_000, startMs: 2_000, users: null, graceMs: 10_000 },
      { name: "open", kind: "open", durationMs: 500, startMs: 0, users: null, graceMs: 30_000 },
      { name: "each", kind: "iterations", durationMs: 20_000, startMs: 0, users: null, graceMs: 30_000 },
    ])
  })
})

it("takes only the lines below the heading for scenarios, not what a script prints", () => {
  const printed = "* sold: 5\n     scenarios: (1)\n  * rush: 50.00 iterations/s for 1m0s\n"
  expect(readScenarios(`${OUTPUT}\n${printed}`)).toEqual(readScenarios(OUTPUT))
  expect(readScenarios("* sold: 5")).toEqual([])
})

describe("k6's lines", () => {
  it("say how long it means to run", () => {
    expect(OUTPUT.split("\n").flatMap((line) => parseMaxDuration(line) ?? [])).toEqual([96_000])
  })

  it.each([
    ["a      [  25% ] 2 VUs  0.5s/2s", "a", 500],
    ["a    ✓ [ 100% ] 2 VUs  2s/2s", "a", 2_000],
    ["each   [  50% ] 4 VUs  0m10.5s/1m0s  030/060 iters, 15 per VU", "each", 10_500],
    ["open   [   5% ] 00/20 VUs  1m02.0s/2m0s  50.00 iters/s", "open", 62_000],
  ])("say how far a scenario is: %s", (line, name, elapsedMs) => {
    expect(parseScenarioProgress(line)).toEqual({ name, elapsedMs })
  })

  it("say nothing of it before it starts", () => {
    expect(parseScenarioProgress("a      [   0% ]")).toBeNull()
    expect(
      parseScenarioProgress("running (3.0s), 2/2 VUs, 2 complete and 0 interrupted iterations"),
    ).toBeNull()
  })
})
