import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { createAudit } from "../src/audit/service.ts"
import { openSealedShop } from "./support/sealed-shop.ts"

const { db, audit, order, reset, sealAll, violated, ...shop } = await openSealedShop()
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(reset)

describe("a full audit", () => {
  /** A full audit that calls `onRest` after each piece. */
  const auditWith = (onRest: (piece: number) => Promise<unknown>) => {
    let piece = 0
    const rest = async () => {
      await onRest(++piece)
      return 0
    }
    return createAudit({ db, rest })
  }
  const refusalOf = (report: Promise<unknown>) =>
    report.then(
      () => undefined,
      (error: unknown) => error,
    )
  /** As a database answers that is too busy to finish a statement in time. */
  const fail = () =>
    db.$executeRaw`
      DO $$ BEGIN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = 'query_canceled'; END $$`
  const ORDER_1 = "UPDATE orders SET subtotal = subtotal + 1, total = total + 1 WHERE id = 1"

  it("that ends early says what it found, and the next one goes on from there", async () => {
    await sealAll()
    await db.$executeRawUnsafe(ORDER_1)
    const whole = await audit.runFull()
    const interrupted = auditWith(async (piece) => piece === 2 && fail())
    const refused = await refusalOf(interrupted.runFull())
    expect(refused).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/2 of 3 segments .* of order-priced/),
      extra: { recount: { state: "ended early", segments: { counted: 2, of: 3 } } },
    })
    const { recount } = await interrupted.run()
    expect(recount).toMatchObject({
      state: "ended early",
      violations: expect.arrayContaining([{ id: "order-priced", violations: 1 }]),
    })
    const goneOn = await interrupted.runFull()
    const counts = ({ checks }: typeof whole) => checks.map(({ id, violations }) => [id, violations])
    expect(counts(goneOn)).toEqual(counts(whole))
    expect(goneOn.recount).toMatchObject({ state: "complete", segments: { counted: 3, of: 3 } })
  })

  it("runs one at a time, and says how far it is to whoever asks for another", async () => {
    await sealAll()
    const reached = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const slow = auditWith(async (piece) => {
      if (piece > 1) return
      reached.resolve()
      await mayGoOn.promise
    })
    const report = slow.runFull()
    await reached.promise
    expect(await refusalOf(slow.runFull())).toMatchObject({
      code: "OVERLOADED",
      extra: { recount: { state: "running", segments: { counted: 1, of: 3 } } },
    })
    expect(await slow.run()).toMatchObject({ ok: true, full: false, recount: { state: "running" } })
    mayGoOn.resolve()
    expect(await report).toMatchObject({ ok: true, full: true })
  })

  it("is begun once by two who ask for it at the same instant", async () => {
    await sealAll()
    const asked = await Promise.allSettled([audit.runFull(), audit.runFull()])
    expect(asked).toMatchObject([
      { status: "fulfilled", value: { full: true, recount: { state: "complete" } } },
      { status: "rejected", reason: { code: "OVERLOADED", extra: { recount: { state: "running" } } } },
    ])
  })

  it("ends when the shop is emptied meanwhile, and the next one begins anew", async () => {
    await sealAll()
    const emptied = auditWith(
      async (piece) => piece === 1 && (await db.$executeRaw`UPDATE shop SET epoch = gen_random_uuid()`),
    )
    expect(await refusalOf(emptied.runFull())).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("The shop was emptied meanwhile"),
    })
    expect(await emptied.runFull()).toMatchObject({ ok: true, recount: { state: "complete" } })
  })
})

describe("an audit that begins while the shop is being emptied", () => {
  const waiting = async () => {
    const [row] = await db.$queryRaw<{ sessions: number }[]>`
      SELECT count(*)::int AS sessions FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return row?.sessions
  }
  /** Empties as POST /init does, and commits when somebody waits for that; resolves when it has begun. */
  async function beginEmptying() {
    const begun = Promise.withResolvers<void>()
    const committed = db.$transaction(async (tx) => {
      await tx.$executeRaw`TRUNCATE product_sales`
      await tx.$executeRaw`
        TRUNCATE users, coupons, products, orders, order_lines, ledger_entries, outbox_events, audit_segments,
                 audit_balances, audit_sales, audit_purchases, audit_coupons, event_totals, purchase_counts`
      await tx.$executeRaw`UPDATE shop SET epoch = gen_random_uuid()`
      begun.resolve()
      await expect.poll(waiting).toBe(1)
    })
    await begun.promise
    return { committed }
  }

  it("finds one shop or the other, not half of each", async () => {
    await db.$executeRaw`
      INSERT INTO journal_entries (epoch, action, target_id, after)
      SELECT epoch, 'user.created', users.id, jsonb_build_object('name', name, 'subject', subject) FROM shop, users`
    expect(await violated()).toEqual([])
    const { committed } = await beginEmptying()
    expect(await violated()).toEqual([])
    await committed
  })

  it("ends without a violation when it counts again what was sealed", async () => {
    await sealAll()
    let committed: Promise<unknown> | undefined
    const rest = async () => {
      ;({ committed } = committed ? { committed } : await beginEmptying())
      return 0
    }
    await expect(createAudit({ db, rest }).runFull()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("The shop was emptied meanwhile"),
      extra: { recount: { segments: { counted: 1 }, violations: [] } },
    })
    await committed
  })
})

describe("an audit that takes longer than it may", () => {
  it("is refused, and says how far sealing is", async () => {
    await sealAll()
    await order()
    const hurried = createAudit({ db, budgetMs: 200 })
    const locked = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const holder = db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`
      locked.resolve()
      await mayEnd.promise
    })
    await locked.promise
    const refused = await hurried.run().then(
      () => undefined,
      (error: unknown) => error,
    )
    mayEnd.resolve()
    await holder
    expect(refused).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("sealed the orders up to 6 of 7"),
    })
    expect(await audit.run()).toMatchObject({ ok: true })
  })
})
