import { describe, expect, it } from "vitest"

import { parseBar, parseProgress, shareOf } from "./progress.ts"

describe("parseProgress", () => {
  it("reads k6's own line", () => {
    expect(
      parseProgress("running (1m02.0s), 299/300 VUs, 1204 complete and 3 interrupted iterations"),
    ).toEqual({
      elapsedS: 62,
      vus: 299,
      maxVus: 300,
      iterations: 1_204,
      interrupted: 3,
    })
    expect(
      parseProgress("running (1h00m05.5s), 1/1 VUs, 0 complete and 0 interrupted iterations")?.elapsedS,
    ).toBe(3_605.5)
  })

  it("takes no other line for one", () => {
    expect(parseProgress("default   [  25% ] 5 VUs  1.0s/4s")).toBeNull()
  })
})

it("reads how much of each scenario is over, and tells of the one that has most to go", () => {
  expect(parseBar("readers   [  25% ] 4 VUs  1.0s/4s")).toEqual({ scenario: "readers", share: 0.25 })
  expect(parseBar("running (01.0s), 4/4 VUs, 24 complete and 0 interrupted iterations")).toBeNull()
  expect(shareOf(new Map())).toEqual({})
  expect(
    shareOf(
      new Map([
        ["a", 1],
        ["b", 0.5],
      ]),
    ),
  ).toEqual({ share: 0.5 })
})
