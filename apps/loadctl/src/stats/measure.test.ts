import { describe, expect, it } from "vitest"

import { series, sla } from "../../test/fixtures/evidence.ts"
import { measure } from "./measure.ts"

const plan = { k6Scenarios: ["sale"], phases: null, judge: "all" as const, expect: [], sla: sla() }
const evenly = (n: number, everyMs: number, ms: number): [number, number][] =>
  Array.from({ length: n }, (_, index) => [(index + 1) * everyMs, ms])

describe("measure", () => {
  it("leaves out the requests of setup", () => {
    const setup = series([[10, 5_000]], { scenario: "", name: "init" })
    const { endpoints, overall } = measure([setup, series(evenly(100, 10, 20))], {
      ...plan,
    })
    expect(endpoints.map(({ name }) => name)).toEqual(["order"])
    expect(overall).toMatchObject({ n: 100, p50: 20, max: 20 })
  })

  it("shows an endpoint that the SLA names and nobody called", () => {
    const { endpoints } = measure([], plan)
    expect(endpoints).toEqual([expect.objectContaining({ name: "order", n: 0, p95: null, rate: null })])
  })

  it("counts as failed what k6 did not expect", () => {
    const failed = series([[30, 5]], { status: "500", expected: false })
    const { endpoints } = measure([series([[10, 5]]), failed], plan)
    expect(endpoints[0]).toMatchObject({ n: 2, failed: 1, statuses: { 201: 1, 500: 1 } })
  })

  it("counts as failed what the SLA does not list, where it lists statuses", () => {
    const own = { ...plan, sla: sla({ endpoints: { order: { status: [201, 409] } } }) }
    const soldOut = series([[20, 5]], { status: "409", expected: false })
    const wrong = series([[30, 5]], { status: "200", expected: true })
    const { overall, endpoints } = measure([soldOut, wrong], own)
    expect(endpoints[0]).toMatchObject({ n: 2, failed: 1 })
    expect(overall.failed).toBe(1)
  })

  it("takes rates over the hold and percentiles over everything", () => {
    const phases = { warmupMs: 1_000, holdMs: 2_000, cooldownMs: 1_000 }
    const slowStart = series([
      [500, 500],
      [900, 100],
    ])
    const hold = series(Array.from({ length: 20 }, (_, index) => [1_050 + index * 100, 10]))
    const cooldown = series([[3_500, 20]])
    const { endpoints, hold: window } = measure([slowStart, hold, cooldown], { ...plan, phases })
    expect(window).toEqual({ from: 1_000, to: 3_000 })
    expect(endpoints[0]?.rate).toBeCloseTo(20 / 2)
    expect(endpoints[0]).toMatchObject({ n: 23, max: 500 })
  })

  it("judges the hold alone where the scenario says so", () => {
    const phases = { warmupMs: 1_000, holdMs: 2_000, cooldownMs: 0 }
    const samples = series([
      [500, 500],
      [2_000, 10],
      [3_000, 12],
    ])
    const { endpoints } = measure([samples], { ...plan, phases, judge: "hold" })
    expect(endpoints[0]).toMatchObject({ n: 2, max: 12 })
  })

  it("believes a script that tags its phases", () => {
    const phases = { warmupMs: 1_000, holdMs: 1_000, cooldownMs: 0 }
    const warm = series([[1_400, 900]], { phase: "warmup" })
    const hold = series(
      evenly(5, 100, 10).map(([at, ms]) => [at + 1_500, ms]),
      { phase: "hold" },
    )
    const { endpoints, hold: window } = measure([warm, hold], {
      ...plan,
      phases,
      judge: "hold",
    })
    expect(endpoints[0]).toMatchObject({ n: 5, max: 10 })
    expect(window?.from).toBe(1_590)
  })
})
