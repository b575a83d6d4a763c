import type { VerdictRow } from "../row.ts"

const TEN = `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 2, iterations: 30 } } }\n`
const CALL = `export default function () { get("list") }\n`
const EXPECTED = { k6Scenarios: ["default"] }
const sla = { each: { p95: 2_000, minSamples: 1 } }

/** Rule 4: empty is INVALID, and says what was seen instead. */
export const EMPTY_ROWS: VerdictRow[] = [
  {
    what: "the script only sleeps, and no samples are asked for",
    script: `${TEN}export default function () { sleep(0.01) }`,
    config: { sla: { each: { minSamples: 0 }, overall: { minSamples: 0 } } },
    verdict: "INVALID",
    says: ["No request was made."],
    neverSays: ["none failed"],
  },
  {
    what: "the same with an endpoint that is listed",
    script: `${TEN}export default function () { sleep(0.01) }`,
    config: { sla: { each: { minSamples: 0 }, overall: { minSamples: 0 }, endpoints: { list: {} } } },
    verdict: "INVALID",
    says: ["list: no data"],
  },
  {
    what: "only setup makes requests",
    script: `${TEN}export function setup() { get("prepare") }\nexport default function () { sleep(0.01) }`,
    verdict: "INVALID",
    says: ["setup or teardown (1 request)"],
  },
  {
    what: "the file names a scenario that the script does not have",
    script: TEN.replace("default", "visitors") + CALL,
    verdict: "INVALID",
    says: ["No request has the scenario default. There are: visitors (30 requests)"],
  },
  {
    what: "the script's system tags leave out the scenario",
    script: TEN.replace("} }\n", `}, systemTags: ["name", "status", "expected_response"] }\n`) + CALL,
    verdict: "INVALID",
    says: [`add "scenario" to the systemTags of the script`],
    neverSays: ["setup or teardown"],
  },
  {
    what: "the script overrides the tag scenario",
    script: `${TEN}export default function () { http.get(BASE_URL, { tags: { name: "list", scenario: "mine" } }) }`,
    verdict: "INVALID",
    says: ["There are: mine (30 requests)"],
  },
  {
    what: "the hold is judged, and the script has a tag phase of its own",
    script: `export const options = { scenarios: { default: { executor: "constant-vus", vus: 2, duration: "2s" } } }
export default function () { http.get(BASE_URL, { tags: { name: "list", phase: "evening" } }); sleep(0.02) }`,
    config: { sla, scenarios: { main: { k6Scenarios: ["default"], phases: { hold: "2s" }, judge: "hold" } } },
    verdict: "INVALID",
    says: ["The script's phase tags are: evening"],
    noCsv: "it knows no hold",
  },
  {
    what: "an endpoint that is listed has another name in the script",
    script: TEN + CALL,
    config: { sla: { ...sla, endpoints: { lists: {} } } },
    verdict: "INVALID",
    says: ["lists: no data", "Did you mean list?"],
  },
  {
    what: "an expectation of a metric whose name has a typo",
    script: `const refused = new Counter("order_refused")\n${TEN}export default function () { get("list"); refused.add(1) }`,
    config: {
      sla,
      scenarios: {
        main: { ...EXPECTED, expect: [{ title: "nothing refused", metric: "order_refusedd", max: 0 }] },
      },
    },
    verdict: "INVALID",
    says: ["no metric is named order_refusedd. Did you mean order_refused?"],
  },
  {
    what: "an expectation of that counter itself",
    script: `const refused = new Counter("order_refused")\n${TEN}export default function () { get("list"); refused.add(1) }`,
    config: {
      sla,
      scenarios: {
        main: { ...EXPECTED, expect: [{ title: "nothing refused", metric: "order_refused", max: 0 }] },
      },
    },
    verdict: "FAIL",
    says: ["Expected nothing refused: at most 0, but it was 30."],
  },
  {
    what: "an expectation of a counter that exists and was never added to",
    script: `const refused = new Counter("order_refused")\n${TEN}export default function () { if (get("list").status === 409) refused.add(1) }`,
    config: {
      sla,
      scenarios: {
        main: { ...EXPECTED, expect: [{ title: "nothing refused", metric: "order_refused", max: 0 }] },
      },
    },
    verdict: "PASS",
  },
  {
    what: "an expectation of an endpoint whose name has a typo",
    script: TEN + CALL,
    config: {
      sla,
      scenarios: {
        main: { ...EXPECTED, expect: [{ title: "no error", endpoint: "lst", status: 500, max: 0 }] },
      },
    },
    verdict: "INVALID",
    says: ["no request is named lst. Did you mean list?"],
  },
  {
    what: "the variable with the target's address was forgotten",
    script:
      TEN.replace("iterations: 30", "iterations: 3") +
      `export default function () { http.get(__ENV.ADDRESS + "/x", { tags: { name: "list" } }) }`,
    verdict: "FAIL",
    says: [/Get "undefined\/x": unsupported protocol scheme/],
  },
  {
    what: "the SLA asks for checks, and the script has none",
    script: TEN + CALL,
    config: { sla: { ...sla, checks: 1 } },
    verdict: "INVALID",
    says: ["The script checked nothing"],
  },
  {
    what: "fewer samples than the SLA wants",
    script: TEN + CALL,
    config: { sla: { each: { p95: 2_000, minSamples: 31 } } },
    verdict: "INVALID",
    says: ["list: only 30 samples"],
  },
]
