import { expect, it } from "vitest"

import { foreignVariables, inheritedByK6 } from "./environment.ts"

it("keeps from k6 what would change the load or hide its points, and names it", () => {
  const env = { PATH: "/bin", K6_VUS: "1", K6_INFLUXDB_PROXY: "http://proxy", K6_OUT: "" }
  expect(foreignVariables(env)).toEqual(["K6_VUS", "K6_INFLUXDB_PROXY"])
  expect(inheritedByK6(env)).not.toHaveProperty("K6_VUS")
  expect(inheritedByK6(env)).not.toHaveProperty("K6_INFLUXDB_PROXY")
  expect(inheritedByK6(env)).toMatchObject({ PATH: "/bin" })
})

it.each([
  "K6_THRESHOLDS",
  "K6_NEW_MACHINE_READABLE_SUMMARY",
  "K6_LINGER",
  "K6_INCLUDE_SYSTEM_ENV_VARS",
  "K6_RPS",
  "K6_MIN_ITERATION_DURATION",
  "K6_NO_SETUP",
  "K6_NO_TEARDOWN",
  "K6_CONFIG",
  "K6_TYPE",
  "K6_TAGS",
])("keeps %s from k6", (name) => {
  expect(inheritedByK6({ [name]: "x" })).not.toHaveProperty(name)
  expect(foreignVariables({ [name]: "x" })).toEqual([name])
})

it("leaves the rest as it was set", () => {
  const env = { K6_INFLUXDB_PUSH_INTERVAL: "2s", K6_WEB_DASHBOARD_PORT: "5665", K6_FEATURES: "freeze-env" }
  expect(inheritedByK6(env)).toMatchObject({ ...env, K6_FEATURES: "freeze-env,merge-run-tags" })
  expect(inheritedByK6({})).toMatchObject({ K6_WEB_DASHBOARD_PORT: "-1", K6_FEATURES: "merge-run-tags" })
})

it("collects garbage less often unless the shell says how often, and within the memory there is", () => {
  expect(inheritedByK6({})).toMatchObject({ GOGC: "400", GOMEMLIMIT: expect.stringMatching(/^\d+MiB$/) })
  expect(inheritedByK6({ GOGC: "50", GOMEMLIMIT: "1GiB" })).toMatchObject({ GOGC: "50", GOMEMLIMIT: "1GiB" })
})

it("leaves the options of InfluxDB to an output of the user's own", () => {
  const env = { K6_INFLUXDB_ADDR: "http://mine:8086", K6_INFLUXDB_PRECISION: "ms" }
  expect(inheritedByK6(env)).toMatchObject(env)
})
