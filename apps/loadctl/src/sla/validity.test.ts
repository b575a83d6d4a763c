import { describe, expect, it } from "vitest"

import { figures, goodEvidence, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import { judge } from "./judge.ts"

describe("what is worth knowing about a run that passes", () => {
  it.each([
    [
      "a machine without CPU left that is not k6's doing",
      { machine: { k6: 0.3, busy: 0.98, steal: 0 } },
      "The CPU was 98 % busy, k6 with 30 % of it: latencies include waiting for it.",
    ],
    [
      "a gap",
      {
        gaps: [
          { from: 20_000, ms: 2_500 },
          { from: 41_000, ms: 3_400 },
        ],
      },
      "No request was answered for 3.4 s, 41.0 s into the run, the longest of 2 such gaps.",
    ],
    [
      "a target whose clock is wrong",
      { clocks: { target: 90_000, influx: 1_900, set: 0 } },
      "The target's clock is 90.0 s ahead of this machine's.",
    ],
    [
      "an InfluxDB whose clock is wrong",
      { clocks: { target: null, influx: -2_500, set: 0 } },
      "InfluxDB's clock is 2.5 s behind this machine's.",
    ],
  ])("warns of %s", (_, change, warning) => {
    const verdict = judge(goodEvidence({ measurement: measurement(change) }))
    expect(verdict).toMatchObject({ verdict: "PASS", warnings: [warning] })
  })

  it("warns of scenarios of the script that were a load and are not judged", () => {
    const seen = { scenarios: { sale: 300, "": 2, browse: 40, admin: 1 }, names: {}, phases: {} }
    const plan = { ...goodEvidence().plan, k6Scenarios: ["sale"] }
    const warned = (change: object) =>
      judge(goodEvidence({ plan, measurement: measurement({ seen: { ...seen, ...change } }) })).warnings
    expect(warned({})).toEqual([
      "k6 also ran the script's scenarios browse (40 requests), admin (1 request): a load at the same time, in no figure.",
    ])
    expect(warned({ scenarios: { sale: 300, "": 2 } })).toEqual([])
  })

  it("warns of connections that took so long that users waited longer than the limit", () => {
    const warned = (p95: number) =>
      judge(
        goodEvidence({
          measurement: measurement({ k6: k6Facts({ metrics: { http_req_blocked: { p95 } } }) }),
        }),
      ).warnings
    expect(warned(300)).toEqual([
      "Requests waited 300 ms (p95) for a connection, which is in no latency of k6's: together with it, 200 ms would be exceeded.",
    ])
    expect(warned(20)).toEqual([])
  })

  it("warns of an error budget that is nearly used up, and not of one that is hardly touched", () => {
    const plan = { sla: sla({ endpoints: { order: { errorRate: 0.01 } } }), expect: [], scale: 1 }
    const withFailures = (failed: number) =>
      judge(goodEvidence({ plan, measurement: measurement({ endpoints: [figures({ n: 1_000, failed })] }) }))
    expect(withFailures(9)).toMatchObject({
      verdict: "PASS",
      warnings: ["order: 9 of 1,000 requests failed, 90 % of its error budget."],
    })
    expect(withFailures(2).warnings).toEqual([])
    expect(withFailures(11)).toMatchObject({ verdict: "FAIL", warnings: [] })
  })
})
