import type { VerdictRow } from "../row.ts"

const HUNDRED = `export const options = { scenarios: { default: { executor: "shared-iterations", vus: 4, iterations: 100 } } }\n`
const sla = { each: { p95: 2_000, minSamples: 1 } }
const RARELY = `${HUNDRED}export default function () {
  const r = get("list")
  for (let i = 0; i < 20; i += 1) check(r, { ["is 200, " + i]: () => r.status === 200 })
  if (exec.scenario.iterationInTest % 10 === 0) check(r, { "the basket is there": () => false })
}`
const SOMETIMES = `${HUNDRED}export default function () { check(get("list"), { "is not the tenth": () => exec.scenario.iterationInTest % 10 !== 0 }) }`

/** Rule 8: checks are rows by name, and one that never holds fails. */
export const CHECK_ROWS: VerdictRow[] = [
  {
    what: "one check never holds beside two hundred times as many that do",
    script: RARELY,
    config: { sla: { ...sla, checks: 0.99 } },
    verdict: "FAIL",
    says: ["The check the basket is there never held, in 10 tries."],
  },
  {
    what: "one check never holds, and the SLA asks for no checks",
    script: RARELY,
    verdict: "FAIL",
    says: ["The check the basket is there never held, in 10 tries."],
  },
  {
    what: "one check never holds in its group, another of that name always does",
    script: `${HUNDRED}export default function () {
  group("a", () => check(get("list"), { ok: () => true }))
  group("b", () => check(get("list"), { "ok too": () => false }))
}`,
    config: { sla: { ...sla, checks: 0.4 } },
    verdict: "FAIL",
    says: ["The check ok too never held"],
  },
  {
    what: "a tenth of the checks fails where all must hold",
    script: SOMETIMES,
    config: { sla: { ...sla, checks: 1 } },
    verdict: "FAIL",
    says: ["10 checks failed: is not the tenth (10); 100 % must hold."],
    json: {
      checks: {
        passes: 90,
        fails: 10,
        rows: [{ name: "is not the tenth", passes: 90, fails: 10, ok: true }],
      },
    },
  },
  {
    what: "a tenth of the checks fails where four of five must hold",
    script: SOMETIMES,
    config: { sla: { ...sla, checks: 0.8 } },
    verdict: "PASS",
  },
  {
    what: "every check holds",
    script: `${HUNDRED}export default function () { const r = get("list"); check(r, { "is 200": () => r.status === 200 }) }`,
    config: { sla: { ...sla, checks: 1 } },
    verdict: "PASS",
    json: { checks: { passes: 100, fails: 0 } },
  },
  {
    what: "of two groups with checks of one name, one never holds",
    script: `${HUNDRED}export default function () {
  const r = get("list")
  group("cart", () => check(r, { "is 200": () => r.status === 200 }))
  group("till", () => group("pay", () => check(r, { "is 200": () => r.status === 201 })))
}`,
    config: { sla: { ...sla, checks: 0.5 } },
    verdict: "FAIL",
    says: ["The check till > pay > is 200 never held"],
    neverSays: ["cart > is 200 never held"],
  },
]
