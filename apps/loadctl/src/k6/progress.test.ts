import { describe, expect, it } from "vitest"

import { parseProgress } from "./progress.ts"

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
