import { describe, expect, it } from "vitest"

import { makePlan } from "./plan.ts"
import { Config } from "./schema.ts"

const config = Config.parse({
  target: { url: "http://127.0.0.1:1" },
  script: "flow.js",
  seed: { path: "/init", body: { users: 300 } },
  env: { A: "file", B: 1 },
  sla: { each: { p95: 200 }, endpoints: { order: {} } },
  personas: { thief: { env: { B: "persona" }, sla: { endpoints: { order: { status: [409] } } } } },
  variants: {
    limited: { seed: { couponsPerPolicy: 20 }, expect: [{ title: "few", metric: "granted", max: 100 }] },
  },
  scenarios: {
    sale: { env: { A: "scenario" }, phases: { warmup: "30s", hold: "1m" }, sla: { each: { p95: 150 } } },
  },
})
const start = { runId: "r1", at: new Date("2026-11-22T00:00:00Z") }
const request = { scenario: "sale", variants: [], scale: 1, apiEnv: {} }

describe("makePlan", () => {
  it("lays scenario, persona and variants over the file, the later the stronger", () => {
    const plan = makePlan(config, { ...request, persona: "thief", variants: ["limited"] }, start)
    expect(plan.k6Env).toMatchObject({
      A: "scenario",
      B: "persona",
      PERSONA: "thief",
      SCENARIO: "sale",
    })
    expect(plan.seed).toEqual({ method: "POST", path: "/init", body: { users: 300, couponsPerPolicy: 20 } })
    expect(plan.sla.each.latency.p95).toEqual({ limit: 150, level: "fail" })
    expect(plan.sla.endpoints["order"]).toMatchObject({ status: [409], latency: { p95: { limit: 150 } } })
    expect(plan.expect).toHaveLength(1)
  })

  it("lists no endpoint that a layer says null of, until a later layer lists it again", () => {
    const layered = (sale: object, thief: object) =>
      Config.parse({
        ...config,
        personas: { thief: { sla: { endpoints: thief } } },
        scenarios: { sale: { sla: { endpoints: sale } } },
      })
    const listed = (sale: object, thief: object) =>
      Object.keys(makePlan(layered(sale, thief), { ...request, persona: "thief" }, start).sla.endpoints)
    expect(listed({ order: null, pay: {} }, {})).toEqual(["pay"])
    expect(listed({ order: null }, { order: {} })).toEqual(["order"])
    expect(listed({}, { order: null })).toEqual([])
  })

  it("scales the phases and tells the script", () => {
    const plan = makePlan(config, { ...request, scale: 0.1 }, start)
    expect(plan.phases).toEqual({ warmupMs: 3_000, holdMs: 6_000, cooldownMs: 0 })
    expect(plan.k6Env["SCALE"]).toBe("0.1")
  })

  it("judges the script's scenario of the same name unless another is named", () => {
    expect(makePlan(config, request, start).k6Scenarios).toEqual(["sale"])
  })

  it.each([
    [{ scenario: "toString" }, 'no scenario "toString"'],
    [{ persona: "ghost" }, 'no persona "ghost"'],
    [{ variants: ["rare"] }, 'no variant "rare"'],
  ])("refuses a name that is not in the file: %j", (change, message) => {
    expect(() => makePlan(config, { ...request, ...change }, start)).toThrow(message)
  })
})
