import { describe, expect, it } from "vitest"

import { sla } from "../../test/fixtures/evidence.ts"
import { k6Thresholds } from "./thresholds.ts"

const all = { expect: [], judge: "all" as const }

describe("k6Thresholds", () => {
  it("guards every limit with a count, because k6 passes an empty selection", () => {
    expect(k6Thresholds({ ...all, sla: sla(), k6Scenarios: ["sale"] })).toEqual({
      "http_req_duration{scenario:sale}": ["p(95)<=200"],
      "http_reqs{scenario:sale}": ["count>=20"],
      "http_req_failed{scenario:sale}": ["rate<=0"],
      "http_req_duration{scenario:sale,name:order}": ["p(95)<=200"],
      "http_reqs{scenario:sale,name:order}": ["count>=20"],
      "http_req_failed{scenario:sale,name:order}": ["rate<=0"],
    })
  })

  it("leaves warnings and own ideas of success to loadctl, and still asks k6 for the figures", () => {
    const own = sla({ endpoints: { claim: { p95: { limit: 50, level: "warn" }, status: [201, 409] } } })
    const thresholds = k6Thresholds({ ...all, sla: own, k6Scenarios: ["a", "b"] })
    expect(thresholds["http_req_duration{name:claim}"]).toEqual(["max>=0"])
    expect(thresholds["http_req_failed{name:claim}"]).toEqual(["rate<=1"])
    expect(thresholds["http_reqs{name:claim,status:409}"]).toEqual(["count>=0"])
    expect(thresholds["http_req_failed"]).toEqual(["rate<=1"])
  })

  it("sets no limit where only the hold is judged, which k6 cannot tell from the rest", () => {
    const plan = { ...all, judge: "hold" as const, sla: sla(), k6Scenarios: ["sale"] }
    expect(Object.values(k6Thresholds(plan)).flat()).toEqual(
      expect.arrayContaining(["max>=0", "count>=0", "rate<=1"]),
    )
    expect(JSON.stringify(k6Thresholds(plan))).not.toMatch(/p\(95\)|count>=20|rate<=0"/)
  })

  it("sets no limit where several scenarios are judged: those that are not would break it too", () => {
    const plan = { ...all, sla: sla({ overall: { p95: 40 } }), k6Scenarios: ["x", "y"] }
    expect(JSON.stringify(k6Thresholds(plan))).not.toMatch(/p\(95\)|count>=20|rate<=0"/)
    expect(k6Thresholds(plan)["http_reqs"]).toEqual(["count>=0"])
  })

  it("leaves out a name that no selector of k6 can hold: it would refuse to run", () => {
    const plan = {
      ...all,
      sla: sla({ endpoints: { "GET /a, b": {}, 'say "hi"': {}, ok: {} } }),
      k6Scenarios: [],
    }
    expect(Object.keys(k6Thresholds(plan)).filter((key) => key.includes("name:"))).toEqual([
      "http_req_duration{name:ok}",
      "http_reqs{name:ok}",
      "http_req_failed{name:ok}",
    ])
  })
})
