import type { VerdictRow } from "../row.ts"

const arrivals = (rate: number, vus: number): string =>
  `export const options = { scenarios: { default: { executor: "constant-arrival-rate", rate: ${rate}, duration: "2s", preAllocatedVUs: ${vus}, maxVUs: ${vus} } } }\n`
const closed = (duration: string): string =>
  `export const options = { scenarios: { default: { executor: "constant-vus", vus: 2, duration: "${duration}" } } }\n`
const DROPS = "how many arrivals are dropped is up to the moment"

/** Rule 6: overload that breaks the limit is a FAIL; a starved generator says nothing. And rule 9's corrected latency. */
export const OVERLOAD_ROWS: VerdictRow[] = [
  {
    what: "twice as many arrivals as the target serves, so that the limit breaks and arrivals are dropped",
    script: `${arrivals(60, 20)}export default function () { get("list") }`,
    target: { perSecond: 30 },
    config: { sla: { each: { p95: 200, minSamples: 1 } } },
    verdict: "FAIL",
    says: [/list: p95 was [\d,]+ ms/, /k6 dropped \d+ iterations/],
  },
  {
    what: "arrivals are dropped although the target keeps its limit",
    script: `${arrivals(60, 2)}export default function () { get("list"); sleep(0.2) }`,
    verdict: "INVALID",
    says: [/k6 dropped \d+ iterations: the planned load was not offered/],
    noCsv: DROPS,
  },
  {
    what: "as many arrivals are dropped as the SLA allows",
    script: `${arrivals(60, 2)}export default function () { get("list"); sleep(0.2) }`,
    config: { sla: { each: { p95: 200, minSamples: 1 }, droppedIterations: 1_000 } },
    verdict: "PASS",
  },
  {
    what: "the generator has one processor and is starved of it",
    script: `${closed("3s")}export default function () { get("list"); for (const end = Date.now() + 40; Date.now() < end; ); }`,
    processors: "0",
    verdict: "INVALID",
    says: [/processor/],
  },
  {
    what: "a stall that a closed model hides, judged as measured",
    script: `${closed("4s")}export default function () { get("list"); sleep(0.02) }`,
    target: { stall: { at: 60, ms: 2_000 } },
    verdict: "PASS",
  },
  {
    what: "the same stall, judged by latencies that are corrected for what users did not send",
    script: `${closed("4s")}export default function () { get("list"); sleep(0.02) }`,
    target: { stall: { at: 60, ms: 2_000 } },
    config: { sla: { each: { p95: 200, minSamples: 1 }, latency: "corrected" } },
    verdict: "FAIL",
    says: [/list: p95 was [\d,]+ ms/],
  },
  {
    what: "arrivals that the target serves, judged by corrected latencies",
    script: `${arrivals(40, 20)}export default function () { get("list") }`,
    config: { sla: { each: { p95: 200, minSamples: 1 }, latency: "corrected" } },
    verdict: "PASS",
  },
  {
    what: "a target that is slower than its limit",
    script: `${closed("1s")}export default function () { get("list", "/?delay=40") }`,
    config: { sla: { each: { p95: 20, minSamples: 1 } } },
    verdict: "FAIL",
  },
]
