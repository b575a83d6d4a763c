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
  const quick: Audited[] = []
  for (let time = 0; time < TIMES; time++) quick.push(await audit(`${url}/audit`))
  const full = await audit(`${url}/audit?full=1`)
  const all = [...quick, full]
  return {
    auditMs: quick.some(({ found }) => found === null) ? null : Math.max(...quick.map(({ ms }) => ms)),
    auditFullS: full.found === null ? null : full.ms / 1_000,
    violations: all.some(({ found }) => found === null)
      ? null
      : all.reduce((sum, { found }) => sum + (found ?? 0), 0),
  }
}

/** `found` is null where the audit was refused. */
type Audited = { ms: number; found: number | null }

async function audit(url: string): Promise<Audited> {
  const { status, ms, body } = await ask(url)
  const found =
    status === 200 ? Report.parse(body).checks.reduce((sum, { violations }) => sum + violations, 0) : null
  return { ms, found }
}
