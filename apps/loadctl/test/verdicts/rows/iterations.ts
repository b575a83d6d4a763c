import type { VerdictRow } from "../row.ts"

const CLOSED = (vus: number, duration: string, gracefulStop: string): string =>
  `export const options = { scenarios: { default: { executor: "constant-vus", vus: ${vus}, duration: "${duration}", gracefulStop: "${gracefulStop}" } } }\n`
const FORTY = `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 40 } } }\n`
const THROWS = `export default function () { const r = get("list"); check(r, { ok: () => r.status === 200 }); r.json("basket").items.length }`
const TWO = `const looping = (exec) => ({ executor: "constant-vus", vus: 2, duration: "3s", gracefulStop: "500ms", exec })
export const options = { scenarios: { shop: looping("shop"), other: looping("other") } }`
const CUT = "a user that is cut off while it waits is in no output of k6's"

/** Rule 1: every started iteration is accounted for. */
export const ITERATION_ROWS: VerdictRow[] = [
  {
    what: "every iteration throws after its first request",
    script: FORTY + THROWS,
    config: { sla: { each: { p95: 2_000, minSamples: 1 }, checks: 1 } },
    verdict: "INVALID",
    says: ["TypeError"],
    json: { iterationsAccount: { started: 40, finished: 0, threw: 40, cutOff: 0, dropped: 0 } },
  },
  {
    what: "iterations throw, and the SLA allows as many",
    script: FORTY + THROWS,
    config: { sla: { each: { p95: 2_000, minSamples: 1 }, thrownIterations: 40 } },
    verdict: "PASS",
    says: ["TypeError"],
  },
  {
    what: "the target breaks, and the script throws because of it",
    script:
      FORTY +
      `export default function () { const r = get("list", "/?status=500"); if (r.status !== 200) throw new Error("no basket") }`,
    verdict: "FAIL",
    rows: { list: { n: 40, failed: 40 } },
    says: ["no basket"],
  },
  {
    what: "every iteration of an async function throws",
    script: `${FORTY}export default async function () { const r = await http.asyncRequest("GET", BASE_URL, null, { tags: { name: "list" } }); r.json("basket").items.length }`,
    verdict: "INVALID",
    says: [/40 of 40 iterations threw: Uncaught \(in promise\) TypeError/],
    json: { iterationsAccount: { started: 40, finished: 0, threw: 40, cutOff: 0, dropped: 0 } },
  },
  {
    what: "a promise is rejected that nobody waits for",
    script: `${FORTY}export default function () { get("list"); if (exec.scenario.iterationInTest === 7) Promise.reject(new Error("no stock")) }`,
    verdict: "INVALID",
    says: ["1 of 40 iterations threw: Uncaught (in promise) Error: no stock"],
  },
  {
    what: "teardown throws",
    script: `${FORTY}export default function () { get("list") }\nexport function teardown() { throw new Error("no data") }`,
    verdict: "INVALID",
    says: ["an exception in the script: Error: no data"],
    neverSays: [/iterations? threw/],
    json: { iterationsAccount: { started: 40, finished: 40, threw: 0, cutOff: 0, dropped: 0 } },
  },
  {
    what: "handleSummary throws",
    script: `${FORTY}export default function () { get("list") }\nexport function handleSummary() { throw new Error("no report") }`,
    verdict: "INVALID",
    says: ["The script threw outside of its iterations: Error: no report."],
    json: { iterationsAccount: { started: 40, finished: 40, threw: 0, cutOff: 0, dropped: 0 } },
  },
  {
    what: "the script catches what it throws, and logs it",
    script: `${FORTY}export default function () { get("list"); try { null.items } catch (error) { console.error(error) } }`,
    verdict: "PASS",
  },
  {
    what: "setup throws",
    script: `${FORTY}export function setup() { throw new Error("no data") }\nexport default function () { get("list") }`,
    verdict: "INVALID",
    says: ["no data"],
  },
  {
    what: "after fifty requests nobody is answered any more",
    script: `${CLOSED(4, "3s", "1s")}export default function () { get("list"); sleep(0.02) }`,
    target: { unansweredAfter: 50 },
    verdict: "FAIL",
    noCsv: CUT,
  },
  {
    what: "two of a hundred requests hang, until every user of a closed model waits",
    script: `${CLOSED(6, "3s", "500ms")}export default function () { get("list"); sleep(0.01) }`,
    target: { hangsEvery: 50 },
    verdict: "FAIL",
    noCsv: CUT,
  },
  {
    what: "one of five requests hangs in an open model",
    script: `export const options = { scenarios: { default: { executor: "constant-arrival-rate", rate: 40, duration: "2s", preAllocatedVUs: 40, gracefulStop: "500ms" } } }
export default function () { get("list") }`,
    target: { hangsEvery: 5 },
    verdict: "FAIL",
    noCsv: CUT,
  },
  {
    what: "nobody is ever answered",
    script: `${CLOSED(3, "1s", "500ms")}export default function () { get("list", "/list") }`,
    target: { unansweredAfter: 0, answers: { "GET /": { status: 204 } } },
    verdict: "FAIL",
    noCsv: CUT,
  },
  {
    what: "of two scenarios one is judged, and it hangs",
    script: `${TWO}\nexport function shop() { get("list", exec.scenario.iterationInTest > 20 ? "/hang" : "/"); sleep(0.02) }\nexport function other() { get("other"); sleep(0.02) }`,
    config: { scenarios: { main: { k6Scenarios: ["shop"] } } },
    verdict: "FAIL",
    rows: { list: { failed: 2 } },
    noCsv: CUT,
  },
  {
    what: "of two scenarios one is judged, and the other hangs",
    script: `${TWO}\nexport function shop() { get("list"); sleep(0.02) }\nexport function other() { get("other", "/hang") }`,
    config: { scenarios: { main: { k6Scenarios: ["shop"] } } },
    verdict: "PASS",
    noCsv: CUT,
  },
  {
    what: "the script thinks for longer than the load, so that no iteration comes to its end",
    script: `${CLOSED(3, "1s", "500ms")}export default function () { for (let n = 0; n < 10; n += 1) get("list"); sleep(10) }`,
    verdict: "INVALID",
    says: ["nothing says whether they waited for an answer or the script was thinking"],
    neverSays: ["never answered"],
    json: { iterationsAccount: { cutOff: 3, unanswered: 0, undecided: 3 } },
  },
  {
    what: "one user pauses for longer than the load, and the others finish",
    script: `${CLOSED(4, "2s", "1s")}export default function () { get("list"); sleep(exec.vu.idInTest === 1 ? 10 : 0.05) }`,
    verdict: "INVALID",
    says: [
      "k6 cut off 1 user of whom nothing says whether they waited for an answer or the script was thinking",
    ],
    neverSays: ["never answered"],
    json: { iterationsAccount: { cutOff: 1, unanswered: 0, undecided: 1 } },
  },
  {
    what: "iterations that are much longer than the others go on at the end",
    script: `${TWO}\nexport function shop() { get("list"); sleep(0.02) }
export function other() { for (let n = 0; n < 50; n += 1) { get("page"); sleep(0.1) } }`,
    config: { scenarios: { main: { k6Scenarios: ["shop", "other"] } } },
    verdict: "INVALID",
    says: ["nothing says whether they waited for an answer or the script was thinking"],
    neverSays: ["never answered"],
    json: { iterationsAccount: { cutOff: 2, unanswered: 0, undecided: 2 } },
  },
  {
    what: "k6 cuts off the pause that minIterationDuration makes after an iteration",
    script: `export const options = { minIterationDuration: "1500ms", scenarios: { default: { executor: "constant-vus", vus: 4, duration: "2s", gracefulStop: "500ms" } } }
export default function () { get("list") }`,
    verdict: "PASS",
    rows: { list: { n: 8, failed: 0 } },
    json: { cutOff: 0, iterationsAccount: { started: 8, finished: 8, cutOff: 0 } },
  },
  {
    what: "nobody is answered any more, and the script's own summary looks like k6's list of scenarios",
    script: `${CLOSED(4, "2s", "1s")}export default function () { get("list") }
export function handleSummary() { return { stdout: "* sold: 5\\n* rush: 50.00 iterations/s for 1m0s\\n" } }`,
    target: { unansweredAfter: 50 },
    verdict: "FAIL",
    rows: { list: { failed: 4 } },
    noCsv: CUT,
  },
  {
    what: "nobody is answered any more, and the script counts iterations that there never were",
    script: `const more = new Counter("iterations")\n${CLOSED(3, "2s", "500ms")}export default function () { more.add(5); get("list") }`,
    target: { unansweredAfter: 20 },
    verdict: "INVALID",
    says: ["The script adds to k6's own metric iterations"],
    noCsv: CUT,
  },
  {
    what: "a healthy script that thinks is cut off at its end",
    script: `${CLOSED(3, "1s", "0s")}export default function () { get("list"); sleep(0.3) }`,
    verdict: "PASS",
  },
  {
    what: "a healthy script ends by itself",
    script: `${FORTY}export default function () { get("list") }`,
    verdict: "PASS",
    rows: { list: { n: 40 } },
    json: {
      iterationsAccount: { started: 40, finished: 40, threw: 0, cutOff: 0, dropped: 0 },
      iterations: 40,
    },
    says: ["none failed"],
  },
]
