import type { Http } from "../client/http.ts"
import type { Violation } from "./violation.ts"

/** Asks the shop to audit itself, and repeats in its words what it found. */
export async function checkAudit({ http }: { http: Pick<Http, "send"> }): Promise<Violation[]> {
  const answer = await http.send({ method: "GET", path: "/audit" })
  if ("lost" in answer) return [{ check: "audit", detail: `no answer: ${answer.lost}` }]
  const report: unknown = answer.status === 200 ? JSON.parse(answer.body) : undefined
  if (typeof report === "object" && report !== null && "ok" in report && report.ok === true) return []
  return [{ check: "audit", detail: `${answer.status} ${failedChecks(report) ?? answer.body.slice(0, 500)}` }]
}

function failedChecks(report: unknown): string | undefined {
  if (typeof report !== "object" || report === null || !("checks" in report)) return undefined
  const checks: unknown[] = Array.isArray(report.checks) ? report.checks : []
  const failed = checks.filter(
    (check) => typeof check === "object" && check !== null && "violations" in check && check.violations !== 0,
  )
  return JSON.stringify(failed)
}
