import type { VerdictRow } from "../row.ts"

const some = (iterations: number): string =>
  `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 2, iterations: ${iterations} } } }\n`
/** Every so many requests take long. */
const slowEvery = (every: number, ms: number): string =>
  `export default function () { get("list", exec.scenario.iterationInTest % ${every} === 1 ? "/?delay=${ms}" : "/") }`
const owed = (each: Record<string, unknown>) => ({ sla: { each: { minSamples: 1, ...each } } })

/** The SLA's keys beside p50, p95, p99 and max. */
export const FIGURE_ROWS: VerdictRow[] = [
  {
    what: "a fifth of the requests is slow, and the 90th percentile is limited",
    script: some(40) + slowEvery(5, 400),
    config: owed({ p50: 300, p90: 300 }),
    verdict: "FAIL",
    says: [/list: p90 was [\d,]+ ms, the limit is 300 ms/, /p50 +p90 +p95/],
    neverSays: ["p50 was"],
  },
  {
    what: "half of the requests is slow, and the mean is limited",
    script: some(30) + slowEvery(2, 400),
    config: owed({ avg: 150 }),
    verdict: "FAIL",
    says: [/list: avg was [\d,]+ ms, the limit is 150 ms/],
  },
  {
    what: "one request of two hundred is slow, and the 99.9th percentile is limited",
    script: some(200) + slowEvery(1_000, 1_800),
    config: owed({ p99: 1_000, "p99.9": 1_000 }),
    verdict: "FAIL",
    says: [/list: p99\.9 was [\d,]+ ms, the limit is 1,000 ms/],
    neverSays: ["p99 was"],
  },
  {
    what: "fewer requests per second than are owed",
    script: `${some(20)}export default function () { get("list"); sleep(0.1) }`,
    config: owed({ rate: { min: 500 } }),
    verdict: "FAIL",
    says: [/list: \d+\.\d requests per second, and at least 500 must be\./],
  },
  {
    what: "every figure is within its limit, and a rate only warns",
    script: some(40) + slowEvery(1_000, 1),
    config: owed({ avg: 5_000, p90: 5_000, "p99.9": 5_000, rate: { min: 1_000_000, level: "warn" } }),
    verdict: "PASS",
    says: ["at least 1,000,000 must be"],
  },
]
