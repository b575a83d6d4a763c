import type { Bug } from "../bug.ts"

const ROWS = "apps/loadctl/test/verdicts"
const SRC = "apps/loadctl/src"

type Rule = {
  id: string
  guard: string
  file: string
  find: string
  replace: string
  row: [file: string, name: string]
}

/** Rules of loadctl's verdict, each with a planted situation whose true verdict it is needed for. */
const RULES: Rule[] = [
  {
    id: "threshold-muted",
    guard: "a broken threshold of the script fails the run",
    file: "sla/thresholds.ts",
    find: ".filter((threshold) => !told.some((row) => repeats(threshold, row)))",
    replace: ".filter(() => false)",
    row: ["thresholds", "FAIL: half of the checks fail"],
  },
  {
    id: "status-forgotten",
    guard: "where k6 has no opinion of a request, its status counts",
    file: "stats/measure.ts",
    find: `if (expectedTag === false && status !== "")`,
    replace: "if (Boolean(0))",
    row: ["failures", "FAIL: the same without a threshold"],
  },
  {
    id: "listed-status-ignored",
    guard: "the statuses that the SLA lists win over k6's opinion",
    file: "stats/measure.ts",
    find: "if (sla.status) return sla.status.includes(Number(status))",
    replace: "",
    row: ["failures", "FAIL: k6 expects 404, and the SLA lists only 200"],
  },
  {
    id: "none-failed-by-hearsay",
    guard: "none failed is said only where k6 counted no failure either",
    file: "report/cells.ts",
    find: `if (k6Failed === 0) return ["none failed"]`,
    replace: `if (k6Failed !== undefined) return ["none failed"]`,
    row: ["failures", "PASS: the SLA lists 409"],
  },
  {
    id: "empty-row-passes",
    guard: "no sample of a listed endpoint is too few, whatever minSamples says",
    file: "sla/rules.ts",
    find: "const least = Math.max(1, sla.minSamples)",
    replace: "const least = sla.minSamples",
    row: ["empty", "INVALID: the same with an endpoint that is listed"],
  },
  {
    id: "metric-made-up",
    guard: "an expectation of a metric that does not exist is not measured",
    file: "sla/expectations.ts",
    find: `if (declared && value === "count") return 0`,
    replace: `if (value === "count") return 0`,
    row: ["empty", "INVALID: an expectation of a metric whose name has a typo"],
  },
  {
    id: "unlisted-owes-nothing",
    guard: "an endpoint that is not listed owes what each owes",
    file: "sla/rows.ts",
    find: "if (!listed && n === 0)",
    replace: "if (!listed)",
    row: ["endpoints", "FAIL: one endpoint is listed and another one is slow, without InfluxDB"],
  },
  {
    id: "overload-excused",
    guard: "a broken limit fails although arrivals were dropped",
    file: "sla/judge.ts",
    find: `if (measured.broken.length > 0) return "FAIL"`,
    replace: `if (measured.broken.length > 0 && measured.unknown.length === 0) return "FAIL"`,
    row: ["overload", "FAIL: twice as many arrivals"],
  },
  {
    id: "starved-by-all-processors",
    guard: "the generator is judged by the processors that it may use",
    file: "sla/validity.ts",
    find: "return isShort(machine) || (generator !== undefined && (isShort(generator) || isQueued(generator)))",
    replace: "return isShort(machine)",
    row: ["overload", "INVALID: the generator has one processor"],
  },
  {
    id: "correction-not-judged",
    guard: "latencies corrected for omitted requests are judged where the SLA says so",
    file: "sla/rows.ts",
    find: `if (latency !== "corrected" || omission?.model === "open") return {}`,
    replace: "if (latency) return {}",
    row: ["overload", "FAIL: the same stall, judged by latencies that are corrected"],
  },
  {
    id: "check-never-holds",
    guard: "a check that never holds fails, however many others hold",
    file: "sla/checks.ts",
    find: "ok: check.passes > 0 || check.fails === 0",
    replace: "ok: true",
    row: ["checks", "FAIL: one check never holds beside two hundred times"],
  },
  {
    id: "hold-by-end",
    guard: "what is judged was sent in the hold, whenever it ended",
    file: "stats/measure.ts",
    find: "within(sentAt(one, index), hold)",
    replace: "within(one.at[index]!, hold)",
    row: ["holds", "FAIL: the slowest requests of the hold end after it"],
  },
  {
    id: "never-close",
    guard: "a row is close where its limit lies within the percentile's interval",
    file: "sla/rules.ts",
    find: `if (!interval || outcome === "no-data" || metric in judged) return false`,
    replace: "if (outcome) return false",
    row: ["intervals", "PASS: twenty samples"],
  },
  {
    id: "confidence-ignored",
    guard: "where the SLA wants to be confident, a close row is undecided",
    file: "sla/rows.ts",
    find: `sla.decide === "confident" && rule.close`,
    replace: "Boolean(0) && rule.close",
    row: ["intervals", "INVALID: twenty samples, where the SLA wants to be confident"],
  },
  {
    id: "base-path-lost",
    guard: "the base path of the target is kept",
    file: "run/url.ts",
    find: `below.pathname = base.pathname.replace(/\\/+$/, "") + below.pathname`,
    replace: "",
    row: ["targets", "PASS: a target below a base path"],
  },
  {
    id: "stranger-seeded",
    guard: "who is not ready is not seeded",
    file: "run/target.ts",
    find: "return ready === undefined || (status >= 200 && status < 300)",
    replace: "return ready !== null || status > 0",
    row: ["targets", "3: a stranger on the port"],
  },
  {
    id: "seed-answer-unread",
    guard: "an answer of the seed that lacks what the script needs stops the run",
    file: "run/seed.ts",
    find: "if (missing.length === 0) return",
    replace: "if (missing) return",
    row: ["targets", "3: the answer of the seed lacks"],
  },
  {
    id: "strangers-audit",
    guard: "who checked nothing is no audit",
    file: "audit/model.ts",
    find: "    .min(1),",
    replace: "    .default([]),",
    row: ["targets", "INVALID: an audit of somebody else"],
  },
  {
    id: "script-unread",
    guard: "a script that does not parse stops the run before anything starts",
    file: "run/script-check.ts",
    find: "if (exitCode === 0 || timedOut) return",
    replace: "if (args) return",
    row: ["targets", "2: a script that does not parse"],
  },
  {
    id: "throws-unnoticed",
    guard: "iterations that threw are counted against what the SLA allows",
    file: "sla/iterations.ts",
    find: `findings[threw > sla.thrownIterations ? "unknown" : "warnings"]`,
    replace: `findings["warnings"]`,
    row: ["iterations", "INVALID: every iteration throws after its first request"],
  },
  {
    id: "k6-unheard",
    guard: "k6's errors and warnings are shown with how many there were",
    file: "k6/log.ts",
    find: "note(level, text)",
    replace: "void text",
    row: ["measuring", "PASS: the script logs errors of its own"],
  },
]

export const VERDICT_BUGS: Bug[] = RULES.map(({ id, guard, file, find, replace, row: [rows, name] }) => ({
  id,
  guard,
  patches: [{ file: `${SRC}/${file}`, find, replace }],
  tests: [{ file: `${ROWS}/${rows}.test.ts`, names: [name] }],
}))
