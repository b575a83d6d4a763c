import { expect, it } from "vitest"

import { readLoadModel } from "./executor.ts"

/** As k6 2.2 prints it. */
const OUTPUT = `
     scenarios: (100.00%) 7 scenarios, 124 max VUs, 1m30s max duration (incl. graceful stop):
              * rush: 50.00 iterations/s for 1m0s (maxVUs: 100-200, gracefulStop: 30s)
              * ramp: Up to 20.00 iterations/s for 10s over 2 stages (maxVUs: 5, gracefulStop: 30s)
              * slow: 0.50 iterations/s for 10s (maxVUs: 5, gracefulStop: 30s)
              * users: 5 looping VUs for 2s (gracefulStop: 30s)
              * climb: Up to 10 looping VUs for 1m40s over 3 stages (gracefulRampDown: 30s, gracefulStop: 10s)
              * once: 3 iterations for each of 10 VUs (maxDuration: 1m0s, gracefulStop: 30s)
              * shared: 30 iterations shared among 10 VUs (maxDuration: 1m0s, gracefulStop: 30s)

running (0m01.0s), 10/10 VUs, 0 complete and 0 interrupted iterations
rush    [   0% ] 10 VUs  0m01.0s/1m0s  50.00 iters/s
`

it.each(["rush", "ramp", "slow"])("knows %s as an open model", (name) => {
  expect(readLoadModel(OUTPUT, [name])).toBe("open")
})

it.each(["users", "climb", "once", "shared"])("knows %s as a closed model", (name) => {
  expect(readLoadModel(OUTPUT, [name])).toBe("closed")
})

it("does not choose between scenarios of both kinds, or guess", () => {
  expect(readLoadModel(OUTPUT, ["rush", "users"])).toBeNull()
  expect(readLoadModel(OUTPUT, ["users", "climb"])).toBe("closed")
  expect(readLoadModel(OUTPUT, ["nobody"])).toBeNull()
  expect(readLoadModel("", [])).toBeNull()
})
