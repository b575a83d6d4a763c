import type { Redis } from "ioredis"
import type { z } from "zod"
import { fromBasisPoints, toBasisPoints } from "../coupons/discount-rate.ts"
import { RefusalError } from "../errors.ts"
import type { CouponPolicy as Row } from "../generated/prisma/client.ts"
import { jsonAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import { databaseTime } from "../infra/clock.ts"
import type { Tx } from "../infra/db.ts"
import { soldOutKey } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import type { ChangeCommit } from "./commit.ts"
import { writeJournal } from "./journal.ts"
import { defined } from "./products.ts"
import type { Asked } from "./products.ts"
import type { NewPolicy, Policy, PolicyChange } from "./schema.ts"
import { requireOrder } from "./window.ts"

/** As POST /init opens its policies. */
const OPEN_MS = 3 * 86_400_000

type PoliciesDeps = { commit: ChangeCommit; redis: Redis; logger: Logger }

/** Coupon policies, as operators create and change them; each change with its entry in the journal. */
export function createPolicyAdministration({ commit, redis, logger }: PoliciesDeps) {
  const commitChange = (id: number, change: PolicyChange, { request, by }: Asked) =>
    commit(request, async (tx) => {
      const before = await lockPolicy(tx, id)
      requireKept(before, change.total)
      requireOrder({ ...before, ...defined(change) })
      const row = await tx.couponPolicy.update({ where: { id }, data: defined(change) })
      const [was, is] = [snapshotOf(before), snapshotOf(row)]
      await writeJournal(tx, { by, action: "policy.changed", targetId: id, before: was, after: is })
      return jsonAnswer(200, toPolicy(row))
    })

  /** Claims that were refused within the last second are refused fast; those of a raised total must not be. */
  async function forgetSoldOut(id: number): Promise<void> {
    if (redis.status !== "ready") return
    await redis
      .del(soldOutKey(id))
      .catch((err: unknown) => logger.debug({ err }, "a refusal was not forgotten"))
  }

  return {
    /** @throws BAD_REQUEST when it would end before it starts */
    create: ({ discountRate, startsAt: from, endsAt, ...policy }: NewPolicy, { request, by }: Asked) =>
      commit(request, async (tx) => {
        const startsAt = from ?? (await databaseTime(tx))
        const window = { startsAt, endsAt: endsAt ?? new Date(startsAt.getTime() + OPEN_MS) }
        requireOrder(window)
        const row = await tx.couponPolicy.create({
          data: { ...policy, ...window, discountRateBp: toBasisPoints(discountRate) },
        })
        const after = snapshotOf(row)
        await writeJournal(tx, { by, action: "policy.created", targetId: row.id, before: null, after })
        return jsonAnswer(201, toPolicy(row))
      }),

    /**
     * Claims in progress wait for it, or it for them.
     * @throws POLICY_NOT_FOUND; TOTAL_BELOW_CLAIMED; BAD_REQUEST when it would end before it starts
     */
    async change(id: number, change: PolicyChange, asked: Asked): Promise<Answer> {
      const answer = await commitChange(id, change, asked)
      if (change.total !== undefined) await forgetSoldOut(id)
      return answer
    },
  }
}

/** The policy, whose row no claim changes until this transaction ends. */
async function lockPolicy(tx: Tx, id: number): Promise<Row> {
  await tx.$queryRaw`SELECT FROM coupon_policies WHERE id = ${id}::int FOR NO KEY UPDATE`
  const row = await tx.couponPolicy.findUnique({ where: { id } })
  if (!row) throw new RefusalError("POLICY_NOT_FOUND", `There is no policy ${id}`)
  return row
}

/** What was accepted is a promise, so a total never goes below it. */
function requireKept({ id, claimed }: Row, total: number | undefined): void {
  if (total === undefined || claimed <= total) return
  throw new RefusalError(
    "TOTAL_BELOW_CLAIMED",
    `Policy ${id} has promised ${claimed} coupons, so its total cannot be ${total}`,
  )
}

const snapshotOf = (row: Row) => {
  const { policyId: _id, ...rest } = toPolicy(row)
  return rest
}

function toPolicy({
  id,
  discountRateBp,
  discountAmount,
  startsAt,
  endsAt,
  ...row
}: Row): z.infer<typeof Policy> {
  const { total, claimed, perUserLimit, expireDays, closed } = row
  return {
    policyId: id,
    total,
    claimed,
    perUserLimit,
    discountAmount: Number(discountAmount),
    discountRate: fromBasisPoints(discountRateBp),
    expireDays,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    closed,
  }
}
