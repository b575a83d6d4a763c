import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const CONTENTION = "apps/api/test/contention.test.ts"
const LOCKS = "apps/api/test/locks.test.ts"
const RULES = "apps/api/test/orders.test.ts"
const KEYED = "apps/api/test/keyed-orders.test.ts"
const HTTP = "apps/api/test/orders-http.test.ts"

/** Guards of how an order is placed: locks, keys, the outbox, the order queue. */
export const ORDER_MACHINERY_BUGS: Bug[] = [
  bug("locks-unsorted", "everybody takes the locks in Redis in one order")
    .replacing("apps/api/src/infra/locks.ts", "[...new Set(keys)].toSorted()", "new Set(keys)")
    .caughtBy(LOCKS, "locks in Redis > never deadlock"),
  bug("stock-taken-unsorted", "everybody takes the rows of products in one order")
    .replacing("apps/api/src/orders/schema.ts", ".toSorted((a, b) => a.productId - b.productId)", "")
    .caughtBy(CONTENTION, "conditional > orders that name"),
  bug("lock-released-by-stranger", "only who took a lock can release it")
    .replacing(
      "apps/api/src/infra/locks.ts",
      "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end",
      "",
    )
    .caughtBy(LOCKS, "locks in Redis > are not released by an owner whose time has run out"),
  bug("unlocked-before-commit", "the lock on the stock is held until the stock is committed")
    .replacing(
      "apps/api/src/orders/single-order-transaction.ts",
      `if (lockStock) locked.use(await lockStock(command.lines))
    await writeOutbox(tx, written, await takeStock(tx, placed, rows))`,
      `const held = lockStock && (await lockStock(command.lines))
    await writeOutbox(tx, written, await takeStock(tx, placed, rows))
    await held?.[Symbol.asyncDispose]()`,
    )
    .caughtBy(CONTENTION, "an order placed multilock_narrow > keeps its locks"),
  bug("outbox-outside-transaction", "what the ranking gets is written with the order, or not at all")
    .replacing(
      "apps/api/src/orders/service.ts",
      "createPlaceOrder({ db: writeDb, ...rest })",
      `createPlaceOrder({
          db: new Proxy(writeDb, {
            get: (db, name) => name === "$transaction"
              ? (work, options) => db.$transaction((tx) => work(new Proxy(tx, {
                  get: (own, model) => (model === "outboxEvent" ? readDb : own)[model],
                })), options)
              : db[name],
          }),
          ...rest,
        })`,
    )
    .caughtBy(CONTENTION, "conditional > the last unit"),
  bug("key-not-kept", "the key of an order is kept in its row")
    .replacing("apps/api/src/orders/batch-write.ts", "request?.identity ?? null", "request && null")
    .caughtBy(HTTP, "POST /orders > answers a repeat with the same bytes"),
  bug("key-not-kept-conditional", "the same in the conditional strategies")
    .replacing(
      "apps/api/src/orders/prisma-writes.ts",
      "const keyed = request && {",
      "const keyed = null && {",
    )
    .caughtBy(KEYED, "an order placed conditional with an Idempotency-Key > happens once"),
  bug("key-of-another-payload-accepted", "a key counts for one payload")
    .replacing("apps/api/src/orders/keyed-orders.ts", "return first.hash === hash ?", "return first ?")
    .caughtBy(HTTP, "POST /orders > answers a repeat with the same bytes"),
  bug("refused-by-its-own-effect", "a repeat is never refused for what its first request has done")
    .replacing(
      "apps/api/src/orders/single-order-transaction.ts",
      "(await findRepeated(db, job.request)) ?? answer",
      "answer",
    )
    .caughtBy(KEYED, "an order placed conditional with an Idempotency-Key > for the last won is one order"),
  bug("refused-by-its-own-effect-batched", "the same in a batch")
    .replacing(
      "apps/api/src/orders/strategies/batched.ts",
      "if (first) answers.set(job, repeatedAnswer(first, request))",
      "",
    )
    .caughtBy(KEYED, "an order placed batched with an Idempotency-Key > for the last won is one order"),
  bug("charge-key-not-kept", "the key of a charge is kept in its row")
    .replacing("apps/api/src/balance/charge.ts", "request?.identity ?? null", "request && null")
    .caughtBy("apps/api/test/balance.test.ts", "a charge > happens once for one Idempotency-Key"),
  bug("line-without-end", "orders past the queue's limit are refused at once")
    .replacing("apps/api/src/infra/batcher.ts", "if (queue.length >= maxQueued)", "if (maxQueued < 0)")
    .caughtBy(RULES, "an order placed batched > is refused at once"),
  bug("charge-not-booked", "a charge is booked in the ledger")
    .replacing(
      "apps/api/src/balance/charge.ts",
      "FROM fresh JOIN charged ON charged.id = user_id",
      "FROM fresh JOIN charged ON false",
    )
    .caughtBy(CONTENTION, "batched > the last won"),
  bug("balance-limit-dropped", "a balance has a limit, which a charge is refused for")
    .replacing(
      "apps/api/src/balance/charge.ts",
      "u.balance + added <= ${MAX_BALANCE}::bigint",
      "${MAX_BALANCE}::bigint > 0",
    )
    .caughtBy("apps/api/test/balance.test.ts", "a charge > fills a balance to its limit"),
]
