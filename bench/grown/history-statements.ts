/** Prices of the catalogue and terms of the coupons, in won. */
export const PRICE = 2_000
const DISCOUNT = 2_000
export const CHARGE = 1_000_000
/** An order has two lines; it takes 2 to 4 units. */
export const ORDERS_PER_BUYER = 20
const STOCK = 1_000_000_000

export type Statement = { text: string; values: unknown[] }

/** Products beside those that POST /init made; ids follow on. */
export const addProducts = (first: number, last: number): Statement => ({
  text: `INSERT INTO products (name, price, stock, stocked)
         SELECT 'p' || n, ${PRICE}, ${STOCK}, ${STOCK} FROM generate_series($1::int, $2::int) n`,
  values: [first, last],
})

export const addUsers = (users: number): Statement => ({
  text: `INSERT INTO users (name) SELECT 'h' || n FROM generate_series(1, $1::int) n`,
  values: [users],
})

/** Policies that are claimed in full, one coupon per user of the history. */
export const addPolicies = (policies: number, couponsEach: number): Statement => ({
  text: `INSERT INTO coupon_policies
           (total, claimed, per_user_limit, discount_amount, expire_days, starts_at, ends_at)
         SELECT $2::int, $2::int, 1, ${DISCOUNT}, 7, now() - interval '4 days', now() + interval '3 days'
         FROM generate_series(1, $1::int)`,
  values: [policies, couponsEach],
})

/** What a history refers to: ids that the shop gave out, and where its own begin. */
export type Base = {
  firstUser: number
  users: number
  firstPolicy: number
  policies: number
  firstCoupon: number
  products: number
  /** Ids of orders and ledger entries that exist already. */
  ordersBefore: number
  entriesBefore: number
}

/** Each effect was one event, which left the outbox. */
const addEvents = (select: string) => `
  INSERT INTO event_totals AS e (type, events, id_sum) ${select}
  ON CONFLICT (type) DO UPDATE SET events = e.events + excluded.events, id_sum = e.id_sum + excluded.id_sum`

export const addCoupons = ({ firstUser, users, firstPolicy, policies }: Base): Statement => ({
  text: `WITH granted AS (
           INSERT INTO coupons
             (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, issued_at, expires_at)
           SELECT $3::int + n % $4::int, $1::int + n, 1, gen_random_uuid(), ${DISCOUNT}, 0,
                  now() - interval '3 days', now() + interval '4 days'
           FROM generate_series(0, $2::int - 1) n ORDER BY n RETURNING id)
         ${addEvents("SELECT 'coupon.granted', count(*), sum(id) FROM granted")}`,
  values: [firstUser, users, firstPolicy, policies],
})

/** Who orders, how many orders there are, and over which time (ms since 1970) they are spread. */
export type Plan = Base & { orders: number; buyers: number; from: number; to: number }

/** Every buyer is charged once, before the first order. */
export const addCharges = ({ entriesBefore, buyers, firstUser, from }: Plan): Statement => ({
  text: `INSERT INTO ledger_entries (id, user_id, kind, amount, balance_after, created_at)
         SELECT $1::bigint + n, $3::int + n - 1, 'charge', ${CHARGE}, ${CHARGE}, to_timestamp($4::float8 / 1000)
         FROM generate_series(1, $2::int) n`,
  values: [entriesBefore, buyers, firstUser, from],
})

/**
 * Orders n: the buyers take turns in a fixed mixture, and each uses a coupon for the first order or never. So the units
 * of m orders of a buyer, and the balance after each, follow from m alone.
 */
const NUMBERED = `
  SELECT n, buyer, turn, ${PRICE} * (2 + turn % 3) AS subtotal, 2 * (turn + 1) + 3 * ((turn + 1) / 3)
         + ((turn + 1) % 3 = 2)::int AS units_so_far, buyer_number % 2 = 0 AS has_coupon
  FROM (SELECT n, (((n - 1) * 7919) % $3::bigint)::int AS buyer, ((n - 1) / $3::bigint)::int AS turn,
               (n - 1) % $3::bigint AS buyer_number
        FROM generate_series($1::bigint, $2::bigint) n) numbered`

/** The orders of one transaction, counted from 1. */
export type Piece = { first: number; last: number }

const timesOf = ({ firstCoupon, from, to, orders }: Plan) => [firstCoupon, from, to, orders]

export const addOrders = (plan: Plan, { first, last }: Piece): Statement => ({
  text: `INSERT INTO orders (id, user_id, coupon_id, subtotal, discount, total, created_at)
         SELECT $4::bigint + n, $5::int + buyer, CASE WHEN discount > 0 THEN $6::int + buyer END,
                subtotal, discount, subtotal - discount,
                to_timestamp(($7::float8 + n * ($8::float8 - $7::float8) / $9::float8) / 1000)
         FROM (SELECT *, CASE WHEN turn = 0 AND has_coupon THEN ${DISCOUNT} ELSE 0 END AS discount
               FROM (${NUMBERED}) o) o`,
  values: [first, last, plan.buyers, plan.ordersBefore, plan.firstUser, ...timesOf(plan)],
})

/** Few products sell most: the square of an even spread. The second line is another product than the first. */
export const addLines = (plan: Plan, { first, last }: Piece): Statement => ({
  text: `INSERT INTO order_lines (order_id, product_id, quantity, unit_price)
         SELECT $4::bigint + n, l.product_id, l.quantity, ${PRICE}
         FROM (SELECT *, floor($5::int * power(((n * 2654435761) % 4294967296) / 4294967296.0::float8, 2))::int AS place
               FROM (${NUMBERED}) o) o,
              LATERAL (VALUES (1 + place, 1 + turn % 3), (1 + ((place + 1 + n % 97) % $5::int)::int, 1))
                AS l (product_id, quantity)`,
  values: [first, last, plan.buyers, plan.ordersBefore, plan.products],
})

export const addPayments = (plan: Plan, { first, last }: Piece): Statement => ({
  text: `INSERT INTO ledger_entries (id, user_id, kind, amount, balance_after, order_id, created_at)
         SELECT $5::bigint + $3::bigint + n, o.user_id, 'order', -o.total,
                ${CHARGE} - ${PRICE} * units_so_far + CASE WHEN has_coupon THEN ${DISCOUNT} ELSE 0 END, o.id, o.created_at
         FROM (${NUMBERED}) numbered JOIN orders o ON o.id = $4::bigint + n ORDER BY n`,
  values: [first, last, plan.buyers, plan.ordersBefore, plan.entriesBefore],
})

/** What the shop keeps beside its orders, made of them in one transaction; the sealer sees them when it ends. */
export const settle = ({ ordersBefore, entriesBefore, orders, buyers }: Plan): Statement[] => [
  {
    text: `UPDATE products SET stock = stock - sold
           FROM (SELECT product_id, sum(quantity) AS sold FROM order_lines WHERE order_id > $1::bigint GROUP BY 1) l
           WHERE product_id = products.id`,
    values: [ordersBefore],
  },
  {
    text: `UPDATE users SET balance = balance + booked
           FROM (SELECT user_id, sum(amount) AS booked FROM ledger_entries WHERE id > $1::bigint GROUP BY 1) l
           WHERE user_id = users.id`,
    values: [entriesBefore],
  },
  {
    text: `UPDATE coupons SET used_at = o.created_at FROM orders o WHERE o.coupon_id = coupons.id AND o.id > $1::bigint`,
    values: [ordersBefore],
  },
  {
    text: addEvents("SELECT 'order.placed', count(*), sum(id) FROM orders WHERE id > $1::bigint"),
    values: [ordersBefore],
  },
  {
    text: addEvents(
      "SELECT 'balance.credited', count(*), sum(id) FROM ledger_entries WHERE kind = 'charge' AND id > $1::bigint",
    ),
    values: [entriesBefore],
  },
  { text: "UPDATE sales_state SET revision = revision + 1", values: [] },
  {
    text: `INSERT INTO product_sales AS s (day, product_id, quantity, revision)
           SELECT (created_at AT TIME ZONE 'UTC')::date, product_id, sum(quantity), (SELECT revision FROM sales_state)
           FROM orders JOIN order_lines ON order_id = orders.id WHERE orders.id > $1::bigint GROUP BY 1, 2
           ON CONFLICT (day, product_id)
           DO UPDATE SET quantity = s.quantity + excluded.quantity, revision = excluded.revision`,
    values: [ordersBefore],
  },
  {
    text: `SELECT setval('orders_id_seq', $1::bigint), setval('ledger_entries_id_seq', $2::bigint)`,
    values: [ordersBefore + orders, entriesBefore + buyers + orders],
  },
]
