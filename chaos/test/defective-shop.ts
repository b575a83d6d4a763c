// The smallest shop that keeps the contract, as a process of its own, with a defect if asked for.
// It also replaces the worker: its claims are granted at once.
import { createServer } from "node:http"
import type { IncomingMessage } from "node:http"
import { json } from "node:stream/consumers"

import { Pool } from "pg"

import { cancel, charge, claim, commitOnce, placeOrder, restock } from "./defective-transactions.ts"
import { DEFECTS, PRICE } from "./defective-transactions.ts"
import { addWebhook, keepTelling } from "./defective-webhooks.ts"
import type { Act, Answer } from "./defective-transactions.ts"

// oxlint-disable-next-line node/no-process-env -- a process of its own, started by a test
const env = process.env
const defect = DEFECTS.find((name) => name === env.DEFECT) ?? "nothing"
const pool = new Pool({ connectionString: env.DATABASE_URL, max: 8, connectionTimeoutMillis: 900 })
pool.on("error", () => {})

type Json = Record<string, unknown>

const server = createServer((req, res) => {
  const answer = ({ status, body }: Answer): void => {
    if (!res.headersSent)
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
  }
  const key = req.headers["idempotency-key"]
  const respond = async (): Promise<void> => {
    const url = new URL(req.url ?? "/", "http://shop")
    const act = req.method === "POST" ? actOf(url, await bodyOf(req)) : undefined
    if (act) await commitOnce({ pool, defect, key: typeof key === "string" ? key : undefined, answer }, act)
    else answer(await read(url))
  }
  respond().catch(() => answer({ status: 503, body: { code: "UNAVAILABLE" } }))
})
// The worker's part.
if (env.PORT === undefined) void keepTelling(pool, defect)
server.listen(Number(env.PORT ?? env.WORKER_METRICS_PORT), "127.0.0.1")
process.once("SIGTERM", () => {
  server.close()
  server.closeAllConnections()
  void pool.end()
})

async function bodyOf(req: IncomingMessage): Promise<Json> {
  const body: unknown = Number(req.headers["content-length"] ?? 0) > 0 ? await json(req) : {}
  return typeof body === "object" && body !== null ? { ...body } : {}
}

function actOf({ pathname, searchParams }: URL, body: Json): Act | undefined {
  const [, userId] = /^\/users\/(\d+)\/balance$/.exec(pathname) ?? []
  if (userId !== undefined) return charge(Number(userId), Number(body.amount))
  if (pathname === "/coupons")
    return claim(
      { userId: Number(searchParams.get("userId")), policyId: Number(searchParams.get("policyId")) },
      defect,
    )
  if (pathname === "/init") return init(Number(body.users))
  if (pathname === "/admin/webhooks") return addWebhook(String(body.url), body.events)
  return actOnOrders(pathname, body)
}

function actOnOrders(pathname: string, body: Json): Act | undefined {
  const [, what, id] = /^\/(orders|admin\/products)\/(\d+)\/(?:cancel|restock)$/.exec(pathname) ?? []
  if (what === "orders") return cancel(Number(id), defect)
  if (what !== undefined)
    return restock(
      { productId: Number(id), quantity: Number(body.quantity), reason: String(body.reason) },
      defect,
    )
  const items = Array.isArray(body.items) ? body.items : []
  return pathname === "/orders" ? placeOrder({ userId: Number(body.userId), items }, defect) : undefined
}

function init(users: number): Act {
  return async (db) => {
    await db.query(
      `TRUNCATE users, products, coupon_policies, coupons, orders, order_lines, ledger_entries, kept_answers,
                webhooks, webhook_deliveries`,
    )
    await db.query("UPDATE shop SET epoch = gen_random_uuid()")
    await db.query("INSERT INTO users (name) SELECT 'u' || n FROM generate_series(1, $1::int) n", [users])
    await db.query(
      "INSERT INTO products (name, price, stock, stocked) SELECT 'p' || n, $1, 1e6, 1e6 FROM generate_series(1, 5) n",
      [PRICE],
    )
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO coupon_policies (total, discount_amount, expire_days, starts_at, ends_at)
       VALUES (1000000, 0, 1, now(), now() + interval '1 day') RETURNING id`,
    )
    return { status: 200, body: { policyIds: rows.map(({ id }) => id) } }
  }
}

async function read({ pathname, searchParams }: URL): Promise<Answer> {
  const [, userId, what] = /^\/users\/(\d+)\/(balance|coupons)$/.exec(pathname) ?? []
  if (what === "balance") return one('SELECT id AS "userId", balance::int FROM users WHERE id = $1', userId)
  if (what === "coupons")
    return many('SELECT id AS "couponId" FROM coupons WHERE user_id = $1 AND $2', [
      userId,
      searchParams.get("status") === "all",
    ])
  if (pathname === "/users/id") {
    const { rows } = await pool.query<{ id: number }>("SELECT id FROM users WHERE name = $1", [
      searchParams.get("name"),
    ])
    return { status: 200, body: rows[0]?.id }
  }
  if (pathname === "/products") return many('SELECT id AS "productId", stock::int FROM products', [])
  if (pathname === "/readyz") return one("SELECT 1 AS ready WHERE $1 = ''", "")
  return { status: 200, body: { ok: true } }
}

async function one(sql: string, value: string | undefined): Promise<Answer> {
  const { rows } = await pool.query(sql, [value])
  return { status: 200, body: rows[0] }
}

async function many(sql: string, values: unknown[]): Promise<Answer> {
  const { rows } = await pool.query(sql, values)
  return { status: 200, body: rows }
}
