import type { Bug } from "../bug.ts"

const CONTENTION = "apps/api/test/contention.test.ts"
const LOCKS = "apps/api/test/locks.test.ts"
const RULES = "apps/api/test/orders.test.ts"
const HTTP = "apps/api/test/orders-http.test.ts"

/** Guards of how an order is placed: locks, keys, the outbox, the order queue. */
export const ORDER_MACHINERY_BUGS: Bug[] = [
  {
    id: "locks-unsorted",
    guard: "everybody takes the locks in Redis in one order",
    patches: [
      {
        file: "apps/api/src/infra/locks.ts",
        find: "[...new Set(keys)].toSorted()",
        replace: "new Set(keys)",
      },
    ],
    tests: [{ file: LOCKS, names: ["locks in Redis > never deadlock"] }],
  },
  {
    id: "stock-taken-unsorted",
    guard: "everybody takes the rows of products in one order",
    patches: [
      {
        file: "apps/api/src/orders/schema.ts",
        find: ".toSorted((a, b) => a.productId - b.productId)",
        replace: "",
      },
    ],
    tests: [{ file: CONTENTION, names: ["conditional > orders that name"] }],
  },
  {
    id: "lock-released-by-stranger",
    guard: "only who took a lock can release it",
    patches: [
      {
        file: "apps/api/src/infra/locks.ts",
        find: "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end",
        replace: "",
      },
    ],
    tests: [{ file: LOCKS, names: ["locks in Redis > are not released by an owner whose time has run out"] }],
  },
  {
    id: "unlocked-before-commit",
    guard: "the lock on the stock is held until the stock is committed",
    patches: [
      {
        file: "apps/api/src/orders/single-order-transaction.ts",
        find: `if (lockStock) locked.use(await lockStock(command.lines))
    await takeStock(tx, command.lines)`,
        replace: `const held = lockStock && (await lockStock(command.lines))
    await takeStock(tx, command.lines)
    await held?.[Symbol.asyncDispose]()`,
      },
    ],
    tests: [{ file: CONTENTION, names: ["an order placed multilock_narrow > keeps its locks"] }],
  },
  {
    id: "outbox-outside-transaction",
    guard: "what the ranking is told is written with the order, or not at all",
    patches: [
      {
        file: "apps/api/src/orders/service.ts",
        find: "createPlaceOrder({ db: writeDb, ...rest })",
        replace: `createPlaceOrder({
          db: new Proxy(writeDb, {
            get: (db, name) => name === "$transaction"
              ? (work, options) => db.$transaction((tx) => work(new Proxy(tx, {
                  get: (own, model) => (model === "outboxEvent" ? readDb : own)[model],
                })), options)
              : db[name],
          }),
          ...rest,
        })`,
      },
    ],
    tests: [{ file: CONTENTION, names: ["conditional > the last unit"] }],
  },
  {
    id: "key-not-kept",
    guard: "the key of an order is kept in its row",
    patches: [
      {
        file: "apps/api/src/orders/batch-write.ts",
        find: "request?.identity ?? null",
        replace: "request && null",
      },
    ],
    tests: [{ file: HTTP, names: ["POST /orders > answers a repeat with the same bytes"] }],
  },
  {
    id: "key-not-kept-conditional",
    guard: "the same in the conditional strategies",
    patches: [
      {
        file: "apps/api/src/orders/prisma-writes.ts",
        find: "const keyed = request && {",
        replace: "const keyed = null && {",
      },
    ],
    tests: [{ file: RULES, names: ["an order placed conditional > happens once"] }],
  },
  {
    id: "key-of-another-payload-accepted",
    guard: "a key counts for one payload",
    patches: [
      {
        file: "apps/api/src/orders/keyed-orders.ts",
        find: "return first.hash === hash ?",
        replace: "return first ?",
      },
    ],
    tests: [{ file: HTTP, names: ["POST /orders > answers a repeat with the same bytes"] }],
  },
  {
    id: "refused-by-its-own-effect",
    guard: "a repeat is never refused for what its first request has done",
    patches: [
      {
        file: "apps/api/src/orders/single-order-transaction.ts",
        find: "(await findRepeated(db, job.request)) ?? answer",
        replace: "answer",
      },
    ],
    tests: [{ file: RULES, names: ["an order placed conditional > for the last won is one order"] }],
  },
  {
    id: "charge-key-not-kept",
    guard: "the key of a charge is kept in its row",
    patches: [
      {
        file: "apps/api/src/balance/charge.ts",
        find: "request?.identity ?? null",
        replace: "request && null",
      },
    ],
    tests: [
      { file: "apps/api/test/balance.test.ts", names: ["a charge > happens once for one Idempotency-Key"] },
    ],
  },
  {
    id: "line-without-end",
    guard: "orders past the queue's limit are refused at once",
    patches: [
      {
        file: "apps/api/src/infra/batcher.ts",
        find: "if (queue.length >= maxQueued)",
        replace: "if (maxQueued < 0)",
      },
    ],
    tests: [{ file: RULES, names: ["an order placed batched > is refused at once"] }],
  },
  {
    id: "charge-not-booked",
    guard: "a charge is booked in the ledger",
    patches: [
      {
        file: "apps/api/src/balance/charge.ts",
        find: "SELECT id, 'charge', amount, balance, identity, hash FROM charged",
        replace: "SELECT id, 'charge', amount, balance, identity, hash FROM charged WHERE false",
      },
    ],
    tests: [{ file: CONTENTION, names: ["batched > the last won"] }],
  },
  {
    id: "balance-limit-dropped",
    guard: "a balance has a limit, which a charge is refused for",
    patches: [
      {
        file: "apps/api/src/balance/charge.ts",
        find: "u.balance + amount <= ${MAX_BALANCE}::bigint",
        replace: "${MAX_BALANCE}::bigint > 0",
      },
    ],
    tests: [{ file: "apps/api/test/balance.test.ts", names: ["a charge > fills a balance to its limit"] }],
  },
]
