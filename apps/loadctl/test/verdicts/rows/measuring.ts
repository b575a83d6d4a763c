import type { VerdictRow } from "../row.ts"

const FORTY = `scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 40 } }`
const LOST = "k6 throws away every sample of the flush that has it"
const odd = (metric: string, value: string): string => `const odd = new ${metric}("odd")
export const options = { ${FORTY} }
export default function () { get("list"); if (exec.scenario.iterationInTest === 20) odd.add(${value}) }`

/** Rules 11 and 12: what would spoil the measurement, and what k6 says of it. */
export const MEASURING_ROWS: VerdictRow[] = [
  {
    what: "a gauge gets Infinity",
    script: odd("Gauge", "Infinity"),
    verdict: "INVALID",
    says: ["odd"],
    noCsv: LOST,
  },
  {
    what: "a trend gets Infinity",
    script: odd("Trend", "1 / 0"),
    verdict: "INVALID",
    says: ["odd"],
    noCsv: LOST,
  },
  {
    what: "a counter gets Infinity",
    script: odd("Counter", "Infinity"),
    verdict: "INVALID",
    says: ["odd"],
    noCsv: LOST,
  },
  {
    what: "a trend gets NaN, which k6 does not take",
    script: odd("Trend", "NaN"),
    verdict: "PASS",
    rows: { list: { n: 40 } },
  },
  {
    what: "requests of one moment, which InfluxDB takes for one point",
    script: `export const options = { ${FORTY}, systemTags: ["status", "name", "scenario", "expected_response"] }
export default function () { http.batch(Array.from({ length: 20 }, () => ["GET", BASE_URL, null, { tags: { name: "list" } }])) }`,
    influx: true,
    verdict: "PASS",
    rows: { list: { n: 800 } },
  },
  {
    what: "an InfluxDB that accepts connections and never answers",
    script: `export const options = { ${FORTY} }\nexport default function () { get("list") }`,
    influx: "unresponsive",
    verdict: "INVALID",
    says: [/InfluxDB/],
  },
  {
    what: "the script wants its summary in seconds and few figures in it",
    script: `export const options = { ${FORTY}, summaryTimeUnit: "s", summaryTrendStats: ["avg"] }
export default function () { get("list", "/?delay=5") }`,
    verdict: "PASS",
    rows: { list: { n: 40 } },
  },
  {
    what: "the script logs errors of its own, many of one kind",
    script: `export const options = { ${FORTY} }
export default function () { get("list"); console.error("stock is " + exec.scenario.iterationInTest); console.warn("slow") }`,
    verdict: "PASS",
    says: [/k6 error +stock is \d+ \(40 times\)/, /k6 warning +slow \(40 times\)/],
    json: {
      k6Messages: [
        { level: "error", count: 40 },
        { level: "warning", text: "slow", count: 40 },
      ],
    },
  },
  {
    what: "the script logs what k6 logs when it loses samples",
    script: `export const options = { ${FORTY} }
export default function () { get("list"); console.error("Couldn't create batch from samples"); console.error("Couldn't write stats") }`,
    verdict: "PASS",
    says: [/k6 error +Couldn't create batch from samples \(40 times\)/],
  },
  {
    what: "the script adds quick successes to k6's own metrics, so that few of its samples failed",
    script: `const [failed, took, all] = [new Rate("http_req_failed"), new Trend("http_req_duration", true), new Counter("http_reqs")]
export const options = { ${FORTY} }
export default function () { get("list", "/?status=500"); for (let n = 0; n < 20; n += 1) { failed.add(false); took.add(1, { name: "list", status: "200" }); all.add(1) } }`,
    config: { sla: { each: { p95: 2_000, minSamples: 1, errorRate: 0.1 }, overall: { errorRate: 0.1 } } },
    verdict: "INVALID",
    says: [
      "The script adds to k6's own metric http_req_duration: it has 840 samples, and http_req_waiting has 40.",
    ],
    noCsv: "it has these samples too",
  },
  {
    what: "the script has a summary of its own",
    script: `export const options = { ${FORTY} }
export default function () { get("list") }
export function handleSummary() { return { stdout: "done" } }`,
    verdict: "PASS",
    rows: { list: { n: 40 } },
  },
]
