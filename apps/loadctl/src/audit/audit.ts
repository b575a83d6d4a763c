import { setTimeout as sleep } from "node:timers/promises"

import type { Api } from "../run/api.ts"
import { AuditAnswer } from "./model.ts"
import type { Audit } from "./model.ts"

const RETRY_MS = 250

export type AuditOptions = {
  settleMs: number
  /** Asks no second time. */
  signal: AbortSignal
  /** Waits for no answer any more. */
  killed?: AbortSignal
}

/**
 * Asks the target whether its invariants hold. Work that was accepted may still be on its way when the load ends, so a violation
 * is asked about again until it is gone or `settleMs` is over. An audit that does not answer is a value, not a throw.
 */
export async function runAudit(
  api: Api,
  endpoint: { path: string; headers: Record<string, string> },
  { settleMs, signal, killed }: AuditOptions,
): Promise<Audit> {
  const start = performance.now()
  for (;;) {
    const audit = await askOnce(api, endpoint, { start, killed })
    const late = performance.now() - start >= settleMs
    if (late || signal.aborted || audit.state !== "done" || audit.ok) return audit
    await sleep(RETRY_MS)
  }
}

async function askOnce(
  api: Api,
  { path, headers }: { path: string; headers: Record<string, string> },
  { start, killed }: { start: number; killed: AbortSignal | undefined },
): Promise<Audit> {
  const answer = await api.request({ method: "GET", path, headers, ...(killed ? { signal: killed } : {}) })
  if (answer.outcome === "no-answer") return { state: "unreachable", text: answer.text }
  if (answer.status !== 200) return { state: "unreachable", text: `GET ${path} answered ${answer.status}` }
  const parsed = AuditAnswer.safeParse(answer.json)
  if (!parsed.success)
    return { state: "unreachable", text: `GET ${path} did not answer {ok, checks: [{id, violations}, ...]}` }
  return { state: "done", ...parsed.data, settledAfterMs: Math.round(performance.now() - start) }
}
