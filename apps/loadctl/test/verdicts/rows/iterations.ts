import type { VerdictRow } from "../row.ts"

const CLOSED = (vus: number, duration: string, gracefulStop: string): string =>
  `export const options = { scenarios: { default: { executor: "constant-vus", vus: ${vus}, duration: "${duration}", gracefulStop: "${gracefulStop}" } } }\n`
const FORTY = `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 40 } } }\n`
const THROWS = `export default function () { const r = get("list"); check(r, { ok: () => r.status === 200 }); r.json("basket").items.length }`

/** Rule 1: every started iteration is accounted for. */
export const ITERATION_ROWS: VerdictRow[] = [
  {
    what: "iterations throw, and the SLA allows as many",
    script: FORTY + THROWS,
    config: { sla: { each: { p95: 200, minSamples: 1 }, thrownIterations: 40 } },
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
    what: "setup throws",
    script: `${FORTY}export function setup() { throw new Error("no data") }\nexport default function () { get("list") }`,
    verdict: "INVALID",
    says: ["no data"],
  },
  {
    what: "a healthy script that thinks is cut off at its end",
    script: `${CLOSED(3, "1s", "0s")}export default function () { get("list"); sleep(0.3) }`,
    verdict: "PASS",
  },
]
