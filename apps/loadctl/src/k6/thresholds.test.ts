import { describe, expect, it } from "vitest"

import { sla } from "../../test/fixtures/evidence.ts"
import { k6Thresholds } from "./thresholds.ts"

describe("k6Thresholds", () => {
  it("guards every limit with a count, because k6 passes an empty selection", () => {
    expect(k6Thresholds({ sla: sla(), expect: [], k6Scenarios: ["sale"] })).toEqual({
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
    const thresholds = k6Thresholds({ sla: own, expect: [], k6Scenarios: ["a", "b"] })
    expect(thresholds["http_req_duration{name:claim}"]).toEqual(["max>=0"])
    expect(thresholds["http_req_failed{name:claim}"]).toEqual(["rate<=1"])
    expect(thresholds["http_reqs{name:claim,status:409}"]).toEqual(["count>=0"])
    expect(thresholds["http_req_failed"]).toEqual(["rate<=1"])
  })
})
