import { setTimeout as sleep } from "node:timers/promises"

import { z } from "zod"

import type { Shop } from "../environment/shop.ts"
import type { Measured } from "./model.ts"
import { ask } from "./requests.ts"

const Report = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ id: z.string(), violations: z.number() })),
})
const LOOK_EVERY_MS = 500
const GIVES_UP_MS = 1_800_000
/** What is left is less than a segment. */
const UNSEALED = 100_000
const TIMES = 3

/** Before anything is sealed: answered, or refused with how far sealing is. */
export async function measureOpenAudit({ url }: Shop): Promise<Measured> {
  const { ms, status } = await ask(`${url}/audit`)
  return { auditOpenMs: ms, auditOpenStatus: status }
}

/** Waits until what is left is less than a segment. Seconds since `since`; null when that takes half an hour. */
export async function untilSealed({ number }: Shop, { last, since }: { last: number; since: number }) {
  while (performance.now() - since < GIVES_UP_MS) {
    const through = await number("SELECT coalesce(max(through_order), 0) AS n FROM audit_segments")
    if (last - through < UNSEALED) return (performance.now() - since) / 1_000
    await sleep(LOOK_EVERY_MS)
  }
  return null
}

/** The audit of what is sealed, the slowest of a few, and the one that counts everything again. */
export async function measureAudits({ url }: Shop): Promise<Measured> {
  let auditMs = 0
  let violations = 0
  for (let time = 0; time < TIMES; time++) {
    const { ms, found } = await audit(`${url}/audit`)
    auditMs = Math.max(auditMs, ms)
    violations += found
  }
  const full = await audit(`${url}/audit?full=1`)
  return { auditMs, auditFullS: full.ms / 1_000, violations: violations + full.found }
}

async function audit(url: string): Promise<{ ms: number; found: number }> {
  const { status, ms, body } = await ask(url)
  if (status !== 200) throw new Error(`${url} answered ${status}: ${JSON.stringify(body)}`)
  return { ms, found: Report.parse(body).checks.reduce((sum, { violations }) => sum + violations, 0) }
}
