import type { VerdictRow } from "../row.ts"

const FIFTY = `scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 100 } }`
const options = (thresholds: string, more = FIFTY): string =>
  `export const options = { ${more}, thresholds: ${thresholds} }\n`
const CALL = `export default function () { get("list") }\n`

/** Rule 2: k6's exit 99 is never a PASS. */
export const THRESHOLD_ROWS: VerdictRow[] = [
  {
    what: "half of the checks fail a threshold of the script, and the SLA asks for no checks",
    script:
      options(`{ checks: ["rate>0.95"] }`) +
      `export default function () { check(get("list"), { even: () => exec.scenario.iterationInTest % 2 === 0 }) }`,
    verdict: "FAIL",
    says: ["The script's threshold rate>0.95 on checks failed: it was 0.5."],
    json: { thresholds: [{ metric: "checks", source: "rate>0.95", value: 0.5, ok: false }] },
  },
  {
    what: "fewer requests than a threshold of the script wants",
    script: options(`{ http_reqs: ["count>=1000"] }`) + CALL,
    verdict: "FAIL",
    says: ["The script's threshold count>=1000 on http_reqs failed: it was 100."],
  },
  {
    what: "more dropped iterations than the script's threshold allows, though the SLA allows them",
    script:
      options(
        `{ dropped_iterations: ["count<10"] }`,
        `scenarios: { default: { executor: "constant-arrival-rate", rate: 60, duration: "1s", preAllocatedVUs: 1, maxVUs: 1 } }`,
      ) + `export default function () { get("list"); sleep(0.1) }`,
    config: { sla: { each: { p95: 2_000, minSamples: 1 }, droppedIterations: 10_000 } },
    verdict: "FAIL",
    says: [/threshold count<10 on dropped_iterations failed: it was \d+/],
  },
  {
    what: "a threshold of a tag fails while a rule of level warn fails too",
    script:
      options(`{ "http_req_duration{kind:slow}": ["p(95)<5"] }`) +
      `export default function () { http.get(BASE_URL + "/?delay=20", { tags: { name: "list", kind: "slow" } }) }`,
    config: { sla: { each: { p95: 2_000, minSamples: 1 }, overall: { p95: { limit: 5, level: "warn" } } } },
    verdict: "FAIL",
    says: ["p(95)<5 on http_req_duration{kind:slow} failed"],
  },
  {
    what: "a threshold of a metric of the script's own, on a figure that k6's summary does not keep",
    script: `const size = new Trend("size")\n${options(`{ size: ["p(99.9)<5"] }`)}export default function () { get("list"); size.add(9) }`,
    verdict: "FAIL",
    says: ["p(99.9)<5 on size failed"],
  },
  {
    what: "a threshold that ends the run",
    script:
      options(
        `{ http_req_failed: [{ threshold: "rate<0.1", abortOnFail: true, delayAbortEval: "0s" }] }`,
        `scenarios: { default: { executor: "constant-vus", vus: 2, duration: "20s" } }`,
      ) + `export default function () { get("list", "/?status=500"); sleep(0.05) }`,
    verdict: "FAIL",
    noCsv: "what was in progress when the threshold ended the run",
  },
  {
    what: "a threshold fails, and the script's own handleSummary keeps it to itself",
    script:
      options(`{ http_reqs: ["count>=1000"] }`) + CALL + `export function handleSummary() { return {} }`,
    verdict: "FAIL",
  },
  {
    what: "the shell tells k6 to look at no thresholds",
    script: options(`{ http_reqs: ["count>=1000"] }`) + CALL,
    env: { K6_NO_THRESHOLDS: "true" },
    verdict: "FAIL",
  },
  {
    what: "the shell has thresholds of its own, with which k6 would replace the script's",
    script: options(`{ http_reqs: ["count>=1000"] }`) + CALL,
    env: { K6_THRESHOLDS: "http_reqs:count>0" },
    verdict: "FAIL",
    says: ["The script's threshold count>=1000 on http_reqs failed: it was 100."],
  },
  {
    what: "the shell wants a summary without thresholds, and one of them was compared with nothing",
    script: options(`{ "http_req_duration{name:lists}": ["p(95)<200"] }`) + CALL,
    env: { K6_NEW_MACHINE_READABLE_SUMMARY: "true" },
    verdict: "INVALID",
    says: ["compared with nothing"],
  },
  {
    what: "the shell keeps the environment from the script, pauses its iterations and tells k6 to stay",
    script: options("{}") + CALL,
    env: {
      K6_INCLUDE_SYSTEM_ENV_VARS: "false",
      K6_MIN_ITERATION_DURATION: "20s",
      K6_LINGER: "true",
      K6_CONFIG: "/nowhere",
    },
    verdict: "PASS",
    rows: { list: { n: 100 } },
  },
  {
    what: "the script calls test.fail()",
    script: options("{}") + `export default function () { get("list"); exec.test.fail("it is wrong") }`,
    verdict: "FAIL",
    says: ["The script marked the run as failed"],
  },
  {
    what: "the script calls test.abort()",
    script:
      options("{}") +
      `export default function () { get("list"); if (exec.scenario.iterationInTest === 50) exec.test.abort("enough") }`,
    verdict: "INVALID",
    says: ["test.abort()"],
    noCsv: "what was in progress when the script ended the run",
  },
  {
    what: "a threshold of the script is about an endpoint that has another name",
    script: options(`{ "http_req_duration{name:lists}": ["p(95)<200"] }`) + CALL,
    verdict: "INVALID",
    says: ["p(95)<200 on http_req_duration{name:lists} was compared with nothing", "Did you mean list?"],
    json: { thresholds: [{ ok: true, empty: true }] },
  },
  {
    what: "a share of failures is limited where no request has the tag",
    script: options(`{ "http_req_failed{kind:buy}": ["rate<0.01"] }`) + CALL,
    verdict: "INVALID",
    says: ["compared with nothing"],
  },
  {
    what: "a rate of errors that never came, and how long failures may take",
    script:
      `const errors = new Rate("errors")\n` +
      options(
        `{ errors: ["rate<0.1"], "http_req_duration{status:500}": ["p(95)<200"], "http_req_duration{name:x}": ["max>=0"] }`,
      ) +
      `export default function () { check(get("list"), { ok: (r) => r.status === 200 }) || errors.add(1) }`,
    verdict: "PASS",
  },
  {
    what: "every threshold of the script is kept",
    script: options(`{ http_reqs: ["count>=100"], http_req_duration: ["p(95)<=200", "p(50)<200"] }`) + CALL,
    verdict: "PASS",
    rows: { list: { n: 100 }, overall: { n: 100 } },
    json: { thresholds: expectKept() },
  },
]

function expectKept() {
  return [
    { metric: "http_req_duration", source: "p(50)<200", ok: true },
    { metric: "http_req_duration", source: "p(95)<=200", ok: true },
    { metric: "http_reqs", source: "count>=100", value: 100, ok: true },
  ]
}
