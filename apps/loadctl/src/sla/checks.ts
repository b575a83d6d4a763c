import type { K6Facts, Measurement } from "../stats/model.ts"
import { noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"
import { countText, limitShareText } from "./text.ts"

/** One check of the script: how often it held, and whether that is enough of one that is judged by itself. */
export type CheckRow = K6Facts["checks"][number] & { ok: boolean }

// A longer list of names is not readable.
const MOST_NAMES = 5

/** A check that never held says that something is wrong, however many others held. */
export function checkRows(checks: K6Facts["checks"]): CheckRow[] {
  return checks.map((check) => ({ ...check, ok: check.passes > 0 || check.fails === 0 }))
}

/** What the script's checks come to: all of them against the limit, and each that never held. */
export function checkFindings({ k6, instances }: Measurement, { checks: rule }: Sla): Findings {
  const findings = noFindings()
  const { checks } = k6
  if (sum(checks, "passes") + sum(checks, "fails") > 0) {
    const place = rule?.level === "warn" ? findings.warnings : findings.broken
    place.push(...tooFewText(checks, rule), ...neverTexts(checks, rule))
    if (!rule) findings.warnings.push(...unjudgedText(checks))
  } else if (rule && (k6.summary || instances)) {
    findings.unknown.push("The script checked nothing, so nothing says that answers were right.")
  }
  return findings
}

function tooFewText(checks: K6Facts["checks"], rule: Sla["checks"]): string[] {
  const [passes, fails] = [sum(checks, "passes"), sum(checks, "fails")]
  if (!rule || passes / (passes + fails) >= rule.limit) return []
  const failing = checks
    .filter((check) => check.fails > 0)
    .map(({ name, fails: n }) => `${name} (${n.toLocaleString("en-US")})`)
  return [
    `${countText(fails, "check")} failed: ${failing.slice(0, MOST_NAMES).join(", ")}; ${limitShareText(rule.limit)} must hold.`,
  ]
}

/** Who allows that no check holds at all has said so of each. */
function neverTexts(checks: K6Facts["checks"], rule: Sla["checks"]): string[] {
  if (rule?.limit === 0) return []
  return checkRows(checks)
    .filter(({ ok }) => !ok)
    .map(neverText)
}

function unjudgedText(checks: K6Facts["checks"]): string[] {
  const fails = sum(
    checks.filter(({ passes }) => passes > 0),
    "fails",
  )
  return fails === 0 ? [] : [`${countText(fails, "check")} failed; sla.checks would judge that.`]
}

function neverText({ name, fails }: CheckRow): string {
  return `The check ${name} never held, in ${countText(fails, "try").replace("trys", "tries")}.`
}

function sum(checks: K6Facts["checks"], key: "passes" | "fails"): number {
  return checks.reduce((total, check) => total + check[key], 0)
}
