import type { VerdictRow } from "../row.ts"

const USERS = (duration: string): string =>
  `export const options = { scenarios: { default: { executor: "constant-vus", vus: 3, duration: "${duration}" } } }
const now = () => exec.instance.currentTestRunDuration\n`
const HOLD = {
  main: { k6Scenarios: ["default"], phases: { warmup: "1s", hold: "2s", cooldown: "1s" }, judge: "hold" },
}
const sla = { each: { p95: 100, minSamples: 1 } }
const noCsv = "it knows no hold"
const config = { sla, scenarios: HOLD }

/** Rule 7: what is judged is what was sent in the hold. */
export const HOLD_ROWS: VerdictRow[] = [
  {
    what: "a plain script is slow in the warm-up only",
    script: `${USERS("4s")}export default function () { get("list", now() < 900 ? "/?delay=300" : "/"); sleep(0.02) }`,
    config,
    verdict: "PASS",
    noCsv,
  },
  {
    what: "a plain script is slow in the hold only",
    script: `${USERS("4s")}export default function () { get("list", now() > 1300 && now() < 2900 ? "/?delay=150" : "/"); sleep(0.02) }`,
    config,
    verdict: "FAIL",
    noCsv,
  },
  {
    what: "the slowest requests of the hold end after it",
    script: `${USERS("4s")}export default function () { get("list", exec.vu.idInTest === 1 && now() > 1500 && now() < 3000 ? "/?delay=1500" : "/"); sleep(0.1) }`,
    config: { sla: { each: { max: 1_000, minSamples: 1 } }, scenarios: HOLD },
    verdict: "FAIL",
    says: [/list: max was 1,[5-9]\d\d ms/],
    noCsv,
  },
  {
    what: "the script tags its phases, and only its warm-up is slow",
    script: `${USERS("3s")}export default function () {
  const warm = now() < 1000
  http.get(BASE_URL + (warm ? "/?delay=300" : "/"), { tags: { name: "list", phase: warm ? "warmup" : "hold" } })
  sleep(0.02)
}`,
    config,
    verdict: "PASS",
    noCsv,
  },
  {
    what: "the script tags its phases, and its hold is slow",
    script: `${USERS("3s")}export default function () {
  const warm = now() < 1000
  http.get(BASE_URL + (warm ? "/" : "/?delay=150"), { tags: { name: "list", phase: warm ? "warmup" : "hold" } })
  sleep(0.02)
}`,
    config,
    verdict: "FAIL",
    noCsv,
  },
]
