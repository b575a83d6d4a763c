import type { VerdictRow } from "../row.ts"

const THIRTY = `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 2, iterations: 30 } } }\n`
const scenario = (name: string): string =>
  `${name}: { executor: "shared-iterations", vus: 1, iterations: 30, exec: "${name}" }`
const THREE = (
  slow: string,
): string => `export const options = { scenarios: { ${["x", "y", "z"].map(scenario).join(", ")} } }
const call = (name) => get("list", name === "${slow}" ? "/?delay=60" : "/")
export function x() { call("x") }
export function y() { call("y") }
export function z() { call("z") }`
const LIMITED = { each: { p95: 40, minSamples: 1 } }
const XY = { main: { k6Scenarios: ["x", "y"] } }
const NAMES = ["GET /a, b", 'say "hi"', "{id: 7}", "주문 생성", "two\nlines", "a=b\\c", " spaces "]
const NAMED = (delay: number): string =>
  `${THIRTY}export default function () { for (const name of ${JSON.stringify(NAMES)}) get(name, "/?delay=${delay}") }`
const CHECKOUT = `${THIRTY}export default function () { get("cheap"); get("checkout", "/?delay=60") }`

/** Rules 5 and 11: every name is a row and owes what each owes, whatever it is made of. */
export const ENDPOINT_ROWS: VerdictRow[] = [
  {
    what: "an endpoint that is not listed breaks what each owes",
    script: `${THIRTY}export default function () { get("list", "/?delay=20") }`,
    config: { sla: { each: { p95: 1, minSamples: 1 }, overall: { p95: 100 } } },
    verdict: "FAIL",
    rows: { list: { n: 30 } },
    says: [/list: p95 was .* the limit is 1\.00 ms/],
  },
  {
    what: "one endpoint is listed and another one is slow, without InfluxDB",
    script: CHECKOUT,
    config: { sla: { ...LIMITED, endpoints: { cheap: {} } } },
    verdict: "FAIL",
    rows: { cheap: { n: 30 }, checkout: { n: 30 } },
    says: [/checkout: p95 was/],
  },
  {
    what: "the same with an InfluxDB that answers 401",
    script: CHECKOUT,
    config: { sla: { ...LIMITED, endpoints: { cheap: {} } } },
    influx: "refusing",
    verdict: "FAIL",
    rows: { checkout: { n: 30 } },
    says: [/401/],
  },
  {
    what: "two of three scenarios are judged, and the third is slow",
    script: THREE("z"),
    config: { sla: LIMITED, scenarios: XY },
    verdict: "PASS",
    rows: { list: { n: 60 } },
  },
  {
    what: "two of three scenarios are judged, and one of them is slow",
    script: THREE("x"),
    config: { sla: LIMITED, scenarios: XY },
    verdict: "FAIL",
    rows: { list: { n: 60 } },
  },
  {
    what: "two of three scenarios are judged, also together and by name, and the third is slow and fails",
    script: `${THREE("z").replace('"/?delay=60"', '"/?delay=60&status=500"')}\nexport function setup() { get("prepare", "/?delay=60&status=404") }`,
    config: {
      sla: { ...LIMITED, overall: { p95: 40 }, endpoints: { list: { p95: 40 } } },
      scenarios: XY,
    },
    verdict: "PASS",
    rows: { list: { n: 60, failed: 0 }, overall: { n: 60, failed: 0 } },
  },
  {
    what: "two of three scenarios are judged, with InfluxDB",
    script: THREE("z"),
    config: { sla: LIMITED, scenarios: XY },
    influx: true,
    verdict: "PASS",
    rows: { list: { n: 60 } },
  },
  {
    what: "names with commas, quotes, braces, Hangul, line breaks and backslashes",
    script: NAMED(0),
    config: {
      sla: {
        each: { p95: 2_000, minSamples: 1 },
        endpoints: Object.fromEntries(NAMES.map((name) => [name, {}])),
      },
    },
    verdict: "PASS",
    rows: Object.fromEntries(NAMES.map((name) => [name, { n: 30 }])),
  },
  {
    what: "such names of a slow target",
    script: NAMED(30),
    config: { sla: { each: { p95: 20, minSamples: 1 } } },
    verdict: "FAIL",
    rows: Object.fromEntries(NAMES.map((name) => [name, { n: 30 }])),
  },
  {
    what: "such names, in InfluxDB as well",
    script: NAMED(0),
    influx: true,
    verdict: "PASS",
    rows: Object.fromEntries(NAMES.map((name) => [name, { n: 30 }])),
  },
  {
    what: "1,500 addresses without a name",
    script: `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 1500 } } }
export default function () { http.get(BASE_URL + "/users/" + exec.scenario.iterationInTest) }`,
    verdict: "PASS",
    says: [/\/users\/:id/, /name/],
    rows: { overall: { n: 1_500 } },
    noCsv: "it has a name for each address",
  },
  {
    what: "requests without a name, because the system tags leave it out",
    script: `${THIRTY.replace("} }\n", `}, systemTags: ["status", "scenario", "expected_response"] }\n`)}export default function () { http.get(BASE_URL + "/?delay=20") }`,
    config: { sla: { each: { p95: 1, minSamples: 1 } } },
    verdict: "FAIL",
    rows: { "(no name)": { n: 30 } },
    says: [/\(no name\): p95 was/],
    noCsv: "it has no name for them either",
  },
  {
    what: "a healthy run that also writes to InfluxDB",
    script: `${THIRTY}export default function () { get("list"); get("buy") }`,
    influx: true,
    verdict: "PASS",
    rows: { list: { n: 30 }, buy: { n: 30 } },
  },
]
