import type { Db } from "../../src/infra/db.ts"

const DAY_MS = 86_400_000

/** Rows for a test to start from, written as the shop itself would have: money with its ledger row, and events. */
export function createShelf(db: Db) {
  let made = 0

  async function user({ balance = 0 } = {}): Promise<number> {
    const { id } = await db.user.create({ data: { name: `user${++made}-${crypto.randomUUID()}`, balance } })
    if (balance > 0) {
      const entry = await db.ledgerEntry.create({
        data: { userId: id, kind: "charge", amount: balance, balanceAfter: balance },
      })
      await happened("balance.credited", entry.id)
    }
    return id
  }

  const happened = (topic: string, id: bigint | number) =>
    db.outboxEvent.create({ data: { topic, payload: { ids: [Number(id)] } } })

  async function product({ price = 2_000, stock = 1_000 } = {}): Promise<number> {
    const { id } = await db.product.create({
      data: { name: `product${++made}`, price, stock, stocked: stock },
    })
    return id
  }

  /** A coupon that was issued to `userId`, from a policy of its own. */
  async function coupon(userId: number, { amount = 500, rateBp = 0, expired = false } = {}): Promise<number> {
    const terms = { discountAmount: amount, discountRateBp: rateBp }
    const now = Date.now()
    const policy = await db.couponPolicy.create({
      data: {
        ...terms,
        total: 1,
        claimed: 1,
        expireDays: 7,
        startsAt: new Date(now - DAY_MS),
        endsAt: new Date(now),
      },
    })
    const issuedAt = new Date(now - 2 * DAY_MS)
    const expiresAt = new Date(expired ? now - DAY_MS : now + DAY_MS)
    const { id } = await db.coupon.create({
      data: {
        ...terms,
        policyId: policy.id,
        userId,
        userOrdinal: 1,
        claimId: crypto.randomUUID(),
        issuedAt,
        expiresAt,
      },
    })
    await happened("coupon.granted", id)
    return id
  }

  return { user, product, coupon }
}

/** What the database holds of a user and a product, for comparing before and after. */
export async function stateOf(db: Db, { userId, productId }: { userId: number; productId: number }) {
  const user = await db.user.findUniqueOrThrow({ where: { id: userId } })
  const product = await db.product.findUniqueOrThrow({ where: { id: productId } })
  return {
    balance: Number(user.balance),
    stock: Number(product.stock),
    orders: await db.order.count({ where: { userId } }),
  }
}
