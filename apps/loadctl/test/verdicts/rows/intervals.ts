import type { VerdictRow } from "../row.ts"

const some = (iterations: number): string =>
  `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 2, iterations: ${iterations} } } }\n`
const FAST = `export default function () { get("list") }`
const confident = (each: Record<string, number>) => ({
  sla: { each, overall: { minSamples: 1 }, decide: "confident" },
})

/** Rule 9: how sure a percentile is. */
export const INTERVAL_ROWS: VerdictRow[] = [
  {
    what: "twenty samples, which cannot show a 95th percentile",
    script: some(20) + FAST,
    verdict: "PASS",
    rows: { list: { n: 20, close: true } },
    says: ["close"],
  },
  {
    what: "a tenth of twenty requests is slow, beyond the limit or not as it happens",
    script: `${some(20)}export default function () { get("list", exec.scenario.iterationInTest % 20 === 3 ? "/?delay=150" : "/") }`,
    config: { sla: { each: { p95: 140, minSamples: 1 } } },
    verdict: "PASS",
    rows: { list: { n: 20, close: true } },
  },
  {
    what: "a hundred fast samples",
    script: some(100) + FAST,
    verdict: "PASS",
    rows: { list: { n: 100, close: false } },
  },
  {
    what: "a p99 of a hundred samples",
    script: some(100) + FAST,
    config: { sla: { each: { p99: 200, minSamples: 1 } } },
    verdict: "PASS",
    rows: { list: { close: true } },
  },
  {
    what: "twenty samples, where the SLA wants to be confident",
    script: some(20) + FAST,
    config: confident({ p95: 200, minSamples: 1 }),
    verdict: "INVALID",
    says: [/list: p95 .* is too close to the limit of 200 ms/, /About 73 samples like these would decide/],
  },
  {
    what: "a hundred fast samples, where the SLA wants to be confident",
    script: some(100) + FAST,
    config: confident({ p95: 200, minSamples: 1 }),
    verdict: "PASS",
  },
  {
    what: "a hundred slow samples, where the SLA wants to be confident",
    script: `${some(100)}export default function () { get("list", "/?delay=30") }`,
    config: confident({ p95: 20, minSamples: 1 }),
    verdict: "FAIL",
  },
]
