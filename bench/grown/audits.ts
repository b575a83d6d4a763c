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
const TIMES = 3

/** Before anything is sealed: answered, or refused with how far sealing is. */
export async function measureOpenAudit({ url }: Shop): Promise<Measured> {
  const { ms, status } = await ask(`${url}/audit`)
  return { auditOpenMs: ms, auditOpenStatus: status }
}

/** Waits until what is left is less than a segment. Seconds since `since`; null when that takes half an hour. */
export async function untilSealed({ number }: Shop, since: number): Promise<number | null> {
  while (performance.now() - since < GIVES_UP_MS) {
    if ((await number(UNSEALED_PIECES)) === 0) return (performance.now() - since) / 1_000
    await sleep(LOOK_EVERY_MS)
  }
  return null
}

/** How many pieces of `apps/api/src/audit/seal-job.ts` are left: of so many orders, entries of the ledger, and coupons. */
const UNSEALED_PIECES = `
  SELECT floor((coalesce((SELECT max(id) FROM orders), 0) - coalesce(max(through_order), 0)) / 100000.0)
       + floor((coalesce((SELECT max(id) FROM ledger_entries), 0) - coalesce(max(through_entry), 0)) / 300000.0)
       + floor((coalesce((SELECT max(id) FROM coupons), 0) - coalesce(max(through_coupon), 0)) / 100000.0) AS n
  FROM audit_segments`

/** The audit of what is sealed: the slowest of a few. */
export async function measureAudits({ url }: Shop): Promise<Measured> {
  const audits: Audited[] = []
  for (let time = 0; time < TIMES; time++) audits.push(await audit(`${url}/audit`))
  const refused = audits.filter(({ found }) => found === null).length
  return {
    auditMs: refused > 0 ? null : Math.max(...audits.map(({ ms }) => ms)),
    violations: audits.reduce<number | null>(
      (sum, { found }) => (found === null ? sum : (sum ?? 0) + found),
      null,
    ),
  }
}

/** The audit that counts everything again; null where it was refused, with why on `log`. */
export async function measureFullAudit({ url }: Shop, log: (text: string) => void): Promise<Measured> {
  const { ms, found, refusal } = await audit(`${url}/audit?full=1`)
  if (refusal !== undefined) log(`/audit?full=1 was refused after ${Math.round(ms / 1_000)} s: ${refusal}`)
  return { auditFullS: refusal === undefined ? ms / 1_000 : null, violationsFull: found }
}

/** `found` is null where the audit was refused. */
type Audited = { ms: number; found: number | null; refusal?: string }

async function audit(url: string): Promise<Audited> {
  const { status, ms, body } = await ask(url)
  if (status !== 200) return { ms, found: null, refusal: `${status} ${JSON.stringify(body)}` }
  return { ms, found: Report.parse(body).checks.reduce((sum, { violations }) => sum + violations, 0) }
}
