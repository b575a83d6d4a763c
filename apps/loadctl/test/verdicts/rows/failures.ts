import type { VerdictRow } from "../row.ts"

const SIXTY = `scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 60 } }`
const script = (query: string, options = "", before = ""): string =>
  `${before}\nexport const options = { ${SIXTY}${options} }\nexport default function () { get("list", "${query}") }`

/** Rule 3: failed is failed. */
export const FAILURE_ROWS: VerdictRow[] = [
  {
    what: "every answer is 500 and the system tags leave out expected_response, with a threshold of the script",
    script: script(
      "/?status=500",
      `, systemTags: ["status", "name", "scenario"], thresholds: { http_req_duration: ["p(95)<500"] }`,
    ),
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 } },
    neverSays: ["none failed"],
  },
  {
    what: "the same without a threshold of the script",
    script: script("/?status=500", `, systemTags: ["status", "name", "scenario"]`),
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 }, overall: { n: 60, failed: 60 } },
    says: ["list: 60 of 60 requests failed"],
    neverSays: ["none failed", "✓"],
  },
  {
    what: "every answer is 500 and the system tags leave out the status as well",
    script: script("/?status=500", `, systemTags: ["name", "scenario"]`),
    verdict: "FAIL",
    neverSays: ["none failed"],
    noCsv: "no column of it says which requests failed",
  },
  {
    what: "k6 counts failures that no tag shows, and the script has a threshold of its own",
    script: script(
      "/?status=500",
      `, systemTags: ["name", "scenario"], thresholds: { http_req_duration: ["p(95)<500"] }`,
    ),
    verdict: "FAIL",
    says: ["k6 counted 60 failed requests, and the tags of 0 say so"],
    neverSays: ["none failed"],
    noCsv: "no column of it says which requests failed",
  },
  {
    what: "every answer is 503 and the script took k6's response callback away",
    script: script("/?status=503", "", "http.setResponseCallback(null)"),
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 } },
    neverSays: ["none failed"],
  },
  {
    what: "the script tags every answer of 500 as one that it expects",
    script: `export const options = { ${SIXTY}, systemTags: ["status", "name", "scenario"] }
export default function () { http.get(BASE_URL + "/?status=500", { tags: { name: "list", expected_response: "true" } }) }`,
    config: { sla: { each: { p95: 2_000, minSamples: 1 } } },
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 } },
    neverSays: ["none failed"],
    noCsv: "its column is the script's own tag",
  },
  {
    what: "the same without a response callback",
    script: `http.setResponseCallback(null)
export const options = { ${SIXTY} }
export default function () { http.get(BASE_URL + "/?status=500", { tags: { name: "list", expected_response: "true" } }) }`,
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 } },
    neverSays: ["none failed"],
    noCsv: "its column is the script's own tag",
  },
  {
    what: "the script has no response callback and a tag status of its own, which k6 gives to nothing",
    script: `http.setResponseCallback(null)
export const options = { ${SIXTY}, systemTags: ["name", "scenario"] }
export default function () { http.get(BASE_URL + "/?status=503", { tags: { name: "list", status: "200" } }) }`,
    verdict: "INVALID",
    says: ["Nothing says whether 60 requests failed"],
    neverSays: ["none failed"],
    noCsv: "its column is the script's own tag",
  },
  {
    what: "the tag status of the script's own is in the list of the SLA, and k6 counts failures",
    script: `export const options = { ${SIXTY}, systemTags: ["name", "scenario", "expected_response"] }
export default function () { http.get(BASE_URL + "/?status=503", { tags: { name: "list", status: "201" } }) }`,
    config: { sla: { each: { p95: 2_000, minSamples: 1, status: [201] } } },
    verdict: "FAIL",
    neverSays: ["none failed"],
    noCsv: "its column is the script's own tag",
  },
  {
    what: "the script tells k6 to expect that nobody answers",
    script: `http.setResponseCallback(http.expectedStatuses(0, { min: 200, max: 299 }))
export const options = { scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 12 } } }
export default function () { http.get(BASE_URL + "/hang", { tags: { name: "list" }, timeout: "200ms" }) }`,
    config: { sla: { each: { p95: 1_000, minSamples: 1 } } },
    verdict: "FAIL",
    rows: { list: { n: 12, failed: 12 } },
    neverSays: ["none failed"],
    noCsv: "k6 calls these requests a success",
  },
  {
    what: "nobody says what failed: the script has no response callback and no tag status",
    script: script("/?status=503", `, systemTags: ["name", "scenario"]`, "http.setResponseCallback(null)"),
    verdict: "INVALID",
    says: ["Nothing says whether 60 requests failed"],
    neverSays: ["none failed"],
    noCsv: "no column of it says which requests failed",
  },
  {
    what: "nothing fails, and the script took k6's response callback away",
    script: script("/", "", "http.setResponseCallback(null)"),
    verdict: "PASS",
    rows: { list: { n: 60, failed: 0 } },
    neverSays: ["none failed"],
  },
  {
    what: "the script tells k6 to expect 409",
    script: script("/?status=409", "", "http.setResponseCallback(http.expectedStatuses(409))"),
    verdict: "PASS",
    rows: { list: { n: 60, failed: 0 } },
    says: ["none failed"],
  },
  {
    what: "the SLA lists 409 as a success, which k6 counts as a failure",
    script: script("/?status=409"),
    config: { sla: { each: { p95: 2_000, minSamples: 1 }, endpoints: { list: { status: [200, 409] } } } },
    verdict: "PASS",
    rows: { list: { n: 60, failed: 0 } },
    says: ["though k6 counted 60"],
    neverSays: ["none failed"],
  },
  {
    what: "the SLA lists 409 as a success of every endpoint, which k6 counts as a failure",
    script: script("/?status=409"),
    config: { sla: { each: { p95: 2_000, minSamples: 1, status: [200, 409] } } },
    verdict: "PASS",
    rows: { list: { n: 60, failed: 0 } },
    says: ["though k6 counted 60"],
    neverSays: ["none failed"],
  },
  {
    what: "k6 expects 404, and the SLA lists only 200",
    script: script("/?status=404", "", "http.setResponseCallback(http.expectedStatuses(404))"),
    config: { sla: { each: { p95: 2_000, minSamples: 1, status: [200] } } },
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 } },
    neverSays: ["none failed"],
  },
  {
    what: "nobody listens",
    script: `export const options = { ${SIXTY} }\nexport default function () { http.get("http://127.0.0.1:1/", { tags: { name: "list" } }) }`,
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 60 } },
    says: ["connection refused", "list: p95 is not known: 60 of 60 requests found no connection."],
    neverSays: [/list +60 +[\d.,]+ +0\.00/],
    json: { overall: { unsent: 60, p95: null } },
  },
  {
    what: "half of the requests find no connection, which is no fast answer",
    script: `export const options = { ${SIXTY} }
export default function () { http.get(exec.scenario.iterationInTest % 2 ? BASE_URL + "/?delay=60" : "http://127.0.0.1:1/", { tags: { name: "list" } }) }`,
    config: { sla: { each: { p50: 40, minSamples: 1, errorRate: 0.6 }, overall: { errorRate: 0.6 } } },
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 30 } },
    says: [/list: p50 was [\d.,]+ ms, the limit is 40\.0 ms \(n = 30\)/],
  },
  {
    what: "requests give up before they are answered",
    script: `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 12 } } }
export default function () { http.get(BASE_URL + "/hang", { tags: { name: "list" }, timeout: "200ms" }) }`,
    config: { sla: { each: { p95: 1_000, minSamples: 1 }, overall: { minSamples: 1 } } },
    verdict: "FAIL",
    rows: { list: { n: 12, failed: 12 } },
  },
  {
    what: "one request of sixty fails where none may",
    script: `export const options = { ${SIXTY} }
export default function () { get("list", exec.scenario.iterationInTest === 7 ? "/?status=500" : "/") }`,
    verdict: "FAIL",
    rows: { list: { n: 60, failed: 1 } },
  },
  {
    what: "one request of sixty fails within the error budget",
    script: `export const options = { ${SIXTY} }
export default function () { get("list", exec.scenario.iterationInTest === 7 ? "/?status=500" : "/") }`,
    config: { sla: { each: { p95: 2_000, minSamples: 1, errorRate: 0.02 }, overall: { errorRate: 0.02 } } },
    verdict: "PASS",
    rows: { list: { n: 60, failed: 1 } },
    neverSays: ["none failed"],
  },
  {
    what: "the target breaks in the middle",
    script: script("/"),
    target: { brokenAfter: 30 },
    verdict: "FAIL",
    rows: { list: { n: 60 } },
  },
]
