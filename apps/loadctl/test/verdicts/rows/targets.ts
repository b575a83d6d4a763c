import type { VerdictRow } from "../row.ts"

const TEN = `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 2, iterations: 10 } } }\n`
const CALL = `${TEN}export default function () { get("list") }\n`
const CHECKS = [{ id: "money", title: "money is conserved", violations: 0 }]
const CLEAN = { status: 200, body: { ok: true, checks: CHECKS } }
const STRANGER = { status: 200, body: { ok: true } }
const audit = { path: "/audit", settle: "0s" }

/** Rules 10, 11 and 13: who is loaded, and what stops before that. */
export const TARGET_ROWS: VerdictRow[] = [
  {
    what: "a target below a base path, which its ready, seed and audit keep",
    script: CALL,
    config: { target: { url: "/v1/", ready: "/ping" }, seed: { path: "/reset" }, audit },
    target: {
      answers: {
        "GET /v1/ping": { status: 204 },
        "GET /ping": { status: 404 },
        "POST /v1/reset": { status: 200 },
        "POST /reset": { status: 500 },
        "GET /v1/audit": CLEAN,
        "GET /audit": { status: 200, body: { ok: false, checks: [{ id: "other", violations: 1 }] } },
      },
    },
    verdict: "PASS",
    asked: ["GET /v1/ping", "POST /v1/reset", "GET /v1/audit"],
    neverAsked: ["GET /ping", "POST /reset", "GET /audit"],
  },
  {
    what: "an audit of somebody else, who only says that it is fine",
    script: CALL,
    config: { audit },
    target: { answers: { "GET /audit": STRANGER } },
    verdict: "INVALID",
    says: ["did not answer {ok, checks"],
  },
  {
    what: "no audit where one is configured",
    script: CALL,
    config: { audit },
    target: { answers: { "GET /audit": { status: 404 } } },
    verdict: "INVALID",
    says: ["GET /audit answered 404"],
  },
  {
    what: "an audit that finds a violation",
    script: CALL,
    config: { audit },
    target: {
      answers: {
        "GET /audit": { status: 200, body: { ok: true, checks: [{ id: "money", violations: 2 }] } },
      },
    },
    verdict: "FAIL",
    says: ["The audit found a violation of money."],
  },
  {
    what: "a clean audit",
    script: CALL,
    config: { audit },
    target: { answers: { "GET /audit": CLEAN } },
    verdict: "PASS",
  },
  {
    what: "a stranger on the port, who answers 404 to ready",
    script: CALL,
    config: { target: { ready: "/readyz" }, seed: { path: "/init" } },
    target: { answers: { "GET /readyz": { status: 404 } } },
    verdict: 3,
    says: ["answers 404: it is not ready, or something else listens there. Nothing was sent to it."],
    neverAsked: ["POST /init", "GET /"],
  },
  {
    what: "a target that sends ready on to a login page",
    script: CALL,
    config: { target: { ready: "/readyz" } },
    target: { answers: { "GET /readyz": { status: 302 } } },
    verdict: 3,
    says: ["answers 302"],
    neverAsked: ["GET /"],
  },
  {
    what: "the answer of the seed lacks what the script needs",
    script: CALL,
    config: { seed: { path: "/init", take: ["policyIds"] } },
    target: { answers: { "POST /init": { status: 200, body: { message: "hello" } } } },
    verdict: 3,
    says: ["has no policyIds, which seed.take names", "It has message."],
  },
  {
    what: "the answer of the seed is more than the script can be handed",
    script: CALL,
    config: { seed: { path: "/init" } },
    target: { answers: { "POST /init": { status: 200, body: { ids: "x".repeat(200_000) } } } },
    verdict: 2,
    says: ["has 196 KiB for the script, more than fits into a variable", "seed.take"],
    neverAsked: ["GET /list"],
  },
  {
    what: "a script that is missing",
    script: CALL,
    config: { script: "gone.js", seed: { path: "/init" } },
    verdict: 2,
    says: ["There is no script gone.js"],
    neverAsked: ["POST /init", "GET /"],
  },
  {
    what: "a script that does not parse",
    script: "export default function () {",
    config: { seed: { path: "/init" } },
    verdict: 2,
    says: [/k6 cannot read script\.js: .*Unexpected end of input/],
    neverAsked: ["POST /init", "GET /"],
  },
  {
    what: "a script that imports what is not there",
    script: `import { x } from "./gone.js"\n${CALL}`,
    verdict: 2,
    says: ["gone.js"],
    neverAsked: ["GET /"],
  },
  {
    what: "a threshold that k6 cannot read",
    script: `export const options = { thresholds: { http_req_duration: ["p(95<5"] } }\nexport default function () {}`,
    verdict: 2,
    says: ["failed parsing threshold expression"],
    neverAsked: ["GET /"],
  },
  {
    what: "a script that throws outside of its functions",
    script: `${CALL}throw new Error("nobody wrote this script")`,
    verdict: "INVALID",
    says: ["nobody wrote this script"],
  },
]
