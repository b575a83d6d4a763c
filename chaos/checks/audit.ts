import { setTimeout as sleep } from "node:timers/promises"

import type { Http, HttpOutcome } from "../client/http.ts"
import { BACK_LIMIT_MS } from "./downtime.ts"
import type { Violation } from "./violation.ts"

const ASK_AGAIN_MS = 200

type Asked = { http: Pick<Http, "send">; withinMs?: number }

/**
 * Asks the shop to audit itself, and repeats in its words what it found. It has the time to come back that it has after
 * any fault: an audit needs Redis, whose connection may be the last.
 */
export async function checkAudit(asked: Asked): Promise<Violation[]> {
  const answer = await untilServed(asked)
  if ("lost" in answer) return [{ check: "audit", detail: `no answer: ${answer.lost}` }]
  const report: unknown = answer.status === 200 ? JSON.parse(answer.body) : undefined
  if (typeof report === "object" && report !== null && "ok" in report && report.ok === true) return []
  return [{ check: "audit", detail: `${answer.status} ${failedChecks(report) ?? answer.body.slice(0, 500)}` }]
}

async function untilServed({ http, withinMs = BACK_LIMIT_MS }: Asked): Promise<HttpOutcome> {
  const givesUpAt = Date.now() + withinMs
  for (;;) {
    const answer = await http.send({ method: "GET", path: "/audit" })
    if (!("status" in answer) || answer.status !== 503 || Date.now() > givesUpAt) return answer
    await sleep(ASK_AGAIN_MS)
  }
}

function failedChecks(report: unknown): string | undefined {
  if (typeof report !== "object" || report === null || !("checks" in report)) return undefined
  const checks: unknown[] = Array.isArray(report.checks) ? report.checks : []
  const failed = checks.filter(
    (check) => typeof check === "object" && check !== null && "violations" in check && check.violations !== 0,
  )
  return JSON.stringify(failed)
}
