import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const ROWS = "apps/loadctl/test/verdicts"
const SRC = "apps/loadctl/src"

/** Rules of loadctl's verdict, each with a planted situation whose true verdict it is needed for. */
export const VERDICT_BUGS: Bug[] = [
  bug("threshold-muted", "a broken threshold of the script fails the run")
    .replacing(
      `${SRC}/sla/thresholds.ts`,
      ".filter((threshold) => !reported.some((row) => repeats(threshold, row)))",
      ".filter(() => false)",
    )
    .caughtBy(`${ROWS}/thresholds.test.ts`, "FAIL: half of the checks fail"),
  bug("status-forgotten", "where k6 has no opinion of a request, its status counts")
    .replacing(`${SRC}/stats/measure.ts`, `if (expectedTag === false && status !== "")`, "if (Boolean(0))")
    .caughtBy(`${ROWS}/failures.test.ts`, "FAIL: the same without a threshold"),
  bug("listed-status-ignored", "the statuses that the SLA lists win over k6's opinion")
    .replacing(`${SRC}/stats/measure.ts`, "if (sla.status) return sla.status.includes(Number(status))", "")
    .caughtBy(`${ROWS}/failures.test.ts`, "FAIL: k6 expects 404, and the SLA lists only 200"),
  bug("none-failed-by-hearsay", "none failed is said only where k6 counted no failure either")
    .replacing(
      `${SRC}/report/cells.ts`,
      `if (k6Failed === 0 || isWithoutHttp(report)) return ["none failed"]`,
      `if (k6Failed !== undefined) return ["none failed"]`,
    )
    .caughtBy(`${ROWS}/failures.test.ts`, "PASS: the SLA lists 409"),
  bug("empty-row-passes", "no sample of a listed endpoint is too few, whatever minSamples says")
    .replacing(
      `${SRC}/sla/rules.ts`,
      "const least = Math.max(1, sla.minSamples)",
      "const least = sla.minSamples",
    )
    .caughtBy(`${ROWS}/empty.test.ts`, "INVALID: the same with an endpoint that is listed"),
  bug("metric-made-up", "an expectation of a metric that does not exist is not measured")
    .replacing(
      `${SRC}/sla/expectations.ts`,
      `if (declared && value === "count") return 0`,
      `if (value === "count") return 0`,
    )
    .caughtBy(`${ROWS}/empty.test.ts`, "INVALID: an expectation of a metric whose name has a typo"),
  bug("unlisted-owes-nothing", "an endpoint that is not listed owes what each owes")
    .replacing(`${SRC}/sla/rows.ts`, "if (!listed && n === 0)", "if (!listed)")
    .caughtBy(
      `${ROWS}/endpoints.test.ts`,
      "FAIL: one endpoint is listed and another one is slow, without InfluxDB",
    ),
  bug("overload-excused", "a broken limit fails although arrivals were dropped")
    .replacing(
      `${SRC}/sla/judge.ts`,
      `if (measured.broken.length > 0) return "FAIL"`,
      `if (measured.broken.length > 0 && measured.unknown.length === 0) return "FAIL"`,
    )
    .caughtBy(`${ROWS}/overload.test.ts`, "FAIL: twice as many arrivals"),
  bug("starved-by-all-processors", "the generator is judged by the processors that it may use")
    .replacing(
      `${SRC}/sla/validity.ts`,
      "return isShort(machine) || (generator !== undefined && (isShort(generator) || isQueued(generator)))",
      "return isShort(machine)",
    )
    .caughtBy(`${ROWS}/overload.test.ts`, "INVALID: the generator has one processor"),
  bug("correction-not-judged", "latencies corrected for omitted requests are judged where the SLA says so")
    .replacing(
      `${SRC}/sla/rows.ts`,
      `if (latency !== "corrected" || omission?.model === "open") return {}`,
      "if (latency) return {}",
    )
    .caughtBy(`${ROWS}/overload.test.ts`, "FAIL: the same stall, judged by latencies that are corrected"),
  bug("check-never-holds", "a check that never holds fails, however many others hold")
    .replacing(`${SRC}/sla/checks.ts`, "ok: check.passes > 0 || check.fails === 0", "ok: true")
    .caughtBy(`${ROWS}/checks.test.ts`, "FAIL: one check never holds beside two hundred times"),
  bug("hold-by-end", "what is judged was sent in the hold, whenever it ended")
    .replacing(`${SRC}/stats/measure.ts`, "within(sentAt(one, index), hold)", "within(one.at[index]!, hold)")
    .caughtBy(`${ROWS}/holds.test.ts`, "FAIL: the slowest requests of the hold end after it"),
  bug("never-close", "a row is close where its limit lies within the percentile's interval")
    .replacing(
      `${SRC}/sla/rules.ts`,
      `if (!interval || outcome === "no-data" || metric in judged) return false`,
      "if (outcome) return false",
    )
    .caughtBy(`${ROWS}/intervals.test.ts`, "PASS: twenty samples"),
  bug("confidence-ignored", "where the SLA wants to be confident, a close row is undecided")
    .replacing(`${SRC}/sla/rows.ts`, `sla.decide === "confident" && rule.close`, "Boolean(0) && rule.close")
    .caughtBy(`${ROWS}/intervals.test.ts`, "INVALID: twenty samples, where the SLA wants to be confident"),
  bug("base-path-lost", "the base path of the target is kept")
    .replacing(
      `${SRC}/run/url.ts`,
      `below.pathname = base.pathname.replace(/\\/+$/, "") + below.pathname`,
      "",
    )
    .caughtBy(`${ROWS}/targets.test.ts`, "PASS: a target below a base path"),
  bug("stranger-seeded", "who is not ready is not seeded")
    .replacing(
      `${SRC}/run/target.ts`,
      "return ready === undefined || (status >= 200 && status < 300)",
      "return ready !== null || status > 0",
    )
    .caughtBy(`${ROWS}/targets.test.ts`, "3: a stranger on the port"),
  bug("seed-answer-unread", "an answer of the seed that lacks what the script needs stops the run")
    .replacing(`${SRC}/run/seed.ts`, "if (missing.length === 0) return", "if (missing) return")
    .caughtBy(`${ROWS}/targets.test.ts`, "3: the answer of the seed lacks"),
  bug("strangers-audit", "who checked nothing is no audit")
    .replacing(`${SRC}/audit/model.ts`, "    .min(1),", "    .default([]),")
    .caughtBy(`${ROWS}/targets.test.ts`, "INVALID: an audit of somebody else"),
  bug("script-unread", "a script that does not parse stops the run before anything starts")
    .replacing(`${SRC}/run/script-check.ts`, "if (exitCode === 0 || timedOut) return", "if (args) return")
    .caughtBy(`${ROWS}/targets.test.ts`, "2: a script that does not parse"),
  bug("throws-unnoticed", "iterations that threw are counted against what the SLA allows")
    .replacing(
      `${SRC}/sla/iterations.ts`,
      `findings[threw > sla.thrownIterations ? "unknown" : "warnings"]`,
      `findings["warnings"]`,
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "INVALID: every iteration throws after its first request"),
  bug(
    "rejection-unnoticed",
    "an iteration whose promise is rejected threw, though k6 logs no stack trace of it",
  )
    .replacing(
      `${SRC}/k6/log.ts`,
      "if (scenario !== undefined && error === undefined) {",
      `if (scenario !== undefined && source === "stacktrace") {`,
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "INVALID: every iteration of an async function throws"),
  bug("empty-threshold-kept", "a limit of the script that was compared with nothing is not kept")
    .replacing(
      `${SRC}/k6/own-thresholds.ts`,
      "return isEmpty && AT_MOST.test(source) && !OF_FAILURES.test(metric)",
      "return isEmpty && AT_MOST.test(source) && OF_FAILURES.test(metric)",
    )
    .caughtBy(
      `${ROWS}/thresholds.test.ts`,
      "INVALID: a threshold of the script is about an endpoint that has another name",
    ),
  bug("refused-is-fast", "a request that found no connection has no latency")
    .replacing(
      `${SRC}/stats/measure.ts`,
      "return wasAnswered ? ms : selectColumn(ms, (index) => ms[index]! > 0)",
      "return wasAnswered ? ms : selectColumn(ms, (index) => ms[index]! >= 0)",
    )
    .caughtBy(`${ROWS}/failures.test.ts`, "FAIL: half of the requests find no connection"),
  bug("unread-gauge-kept", "a limit of a gauge that could not be read for part of the load is not kept")
    .replacing(
      `${SRC}/sla/metrics.ts`,
      `if (unseen !== undefined && !(isBroken && rule.over === "every"))`,
      `if (unseen !== undefined && isBroken && rule.over !== "every")`,
    )
    .caughtBy("apps/loadctl/src/run/metric-rules.test.ts", "knows a gauge only if it could be read"),
  bug("hidden-failures", "failures that k6 counted and no tag shows are reported, and fail the run")
    .replacing(`${SRC}/sla/failures.ts`, "if (hidden > 0) {", "if (hidden < 0) {")
    .caughtBy(
      `${ROWS}/failures.test.ts`,
      "FAIL: k6 counts failures that no tag shows, and the script has a threshold of its own",
    ),
  bug("own-tag-believed", "a tag status of the script's own, where k6 gives none, says nothing")
    .replacing(
      `${SRC}/recorder/dictionary.ts`,
      "const foreign = systemTags === null ? [] :",
      "const foreign = systemTags !== null ? [] :",
    )
    .caughtBy(
      `${ROWS}/failures.test.ts`,
      "INVALID: the script has no response callback and a tag status of its own",
    ),
  bug("unjudged-believed", "a tag expected_response of a request that k6 judged not is the script's own")
    .replacing(`${SRC}/recorder/read.ts`, "judged: !unjudged.has(id)", "judged: true || unjudged.has(id)")
    .caughtBy(`${ROWS}/failures.test.ts`, "FAIL: the same without a response callback"),
  bug("added-samples-counted", "samples that a script adds to k6's own metrics are no requests")
    .replacing(
      `${SRC}/stats/reconcile.ts`,
      "if (real === undefined || found === real) return []",
      "if (real !== found || real >= 0) return []",
    )
    .caughtBy(`${ROWS}/measuring.test.ts`, "INVALID: the script adds quick successes to k6's own metrics"),
  bug("silence-expected", "a request that nobody answered failed, whatever the script expects")
    .replacing(`${SRC}/stats/measure.ts`, `if (status === "0") return false`, "")
    .caughtBy(`${ROWS}/failures.test.ts`, "FAIL: the script tells k6 to expect that nobody answers"),
  bug("others-break-limits", "a scenario that is not judged breaks no limit")
    .replacing(
      `${SRC}/k6/thresholds.ts`,
      `const limits = judge === "all" && onlyScenario !== undefined`,
      `const limits = judge === "all"`,
    )
    .caughtBy(
      `${ROWS}/endpoints.test.ts`,
      "PASS: two of three scenarios are judged, also together and by name",
    ),
  bug("pause-cut-off", "who was in the pause after an iteration had come to its end")
    .replacing(
      `${SRC}/run/iterations.ts`,
      "return Math.max(0, last.interrupted - Math.max(0, paused))",
      "return Math.max(last.interrupted, Math.min(0, paused))",
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "PASS: k6 cuts off the pause that minIterationDuration makes"),
  bug("pause-blamed", "who may pause for as long as it was quiet was not refused an answer")
    .replacing(
      `${SRC}/stats/iterations.ts`,
      "if (longestThoughtMs === Infinity) return goesOn(input) ? [] : waitsMs",
      "if (longestThoughtMs === Infinity) return waitsMs",
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "INVALID: one user pauses for longer than the load"),
  bug("journey-blamed", "whose requests went on to the end was not refused an answer")
    .replacing(
      `${SRC}/stats/iterations.ts`,
      "if (isLate && quiet <= longestThoughtMs + LEAST_STUCK_MS) return []",
      "",
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "INVALID: iterations that are much longer than the others"),
  bug("printed-scenarios", "what a script prints is no scenario of k6's")
    .replacing(
      `${SRC}/k6/scenarios.ts`,
      "below.slice(0, after < 0 ? undefined : after)",
      "below.slice(after < 0 ? 0 : 0)",
    )
    .caughtBy(
      `${ROWS}/iterations.test.ts`,
      "FAIL: nobody is answered any more, and the script's own summary",
    ),
  bug("nobody-says-failed", "requests of which nothing says whether they failed prove nothing")
    .replacing(`${SRC}/sla/failures.ts`, "if (unsaid > 0)", "if (unsaid < 0)")
    .caughtBy(`${ROWS}/failures.test.ts`, "INVALID: nobody says what failed"),
  bug("thinking-blamed", "who may have been thinking when k6 cut it off was not refused an answer")
    .replacing(
      `${SRC}/stats/iterations.ts`,
      "return quiet <= longestThoughtMs ? [] : waitsMs",
      "return quiet < 0 ? [] : waitsMs",
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "INVALID: the script thinks for longer than the load"),
  bug("hang-of-another", "users of a scenario that is not judged are not held against the others")
    .replacing(
      `${SRC}/stats/places.ts`,
      "return stuck.length > 0 && usersOf(stuck) === cutOff ? stuck : null",
      "return stuck.length > scenarios.length ? stuck : null",
    )
    .caughtBy(`${ROWS}/iterations.test.ts`, "PASS: of two scenarios one is judged, and the other hangs"),
  bug("k6-unheard", "k6's errors and warnings are shown with how many there were")
    .replacing(`${SRC}/k6/log.ts`, "note(level, text)", "void text")
    .caughtBy(`${ROWS}/measuring.test.ts`, "PASS: the script logs errors of its own"),
  bug("rate-not-owed", "a minimum rate that is not reached fails the run")
    .replacing(`${SRC}/sla/rules.ts`, "actual >= rule.limit", "actual >= 0")
    .caughtBy(`${ROWS}/figures.test.ts`, "FAIL: fewer requests per second than are owed"),
  bug("p999-is-p99", "the 99.9th percentile is not the 99th")
    .replacing(`${SRC}/stats/measure.ts`, "quantile(sorted, 0.999)", "quantile(sorted, 0.99)")
    .caughtBy(
      `${ROWS}/figures.test.ts`,
      "FAIL: one request of two hundred is slow, and the 99.9th percentile is limited",
    ),
]
