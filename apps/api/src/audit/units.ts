import { sql } from "../infra/db.ts"
import type { Sql } from "../infra/db.ts"
import { within } from "./part.ts"
import type { Part } from "./part.ts"

/** Units by UTC day of the order and product: those of these orders, less those of these cancellations. */
export const soldIn = ({ orders, cancellations }: Part): Sql => sql`
  SELECT day, product_id, sum(quantity) AS sold FROM (
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, product_id, quantity
    FROM orders JOIN order_lines ON order_id = orders.id
    WHERE ${within(sql`orders.id`, orders)} AND ${within(sql`order_id`, orders)}
    UNION ALL
    SELECT (created_at AT TIME ZONE 'UTC')::date, product_id, -quantity
    FROM cancellations c JOIN orders ON orders.id = c.order_id JOIN order_lines l ON l.order_id = c.order_id
    WHERE ${within(sql`c.id`, cancellations)}
  ) moved GROUP BY day, product_id`

/** Units that count for limits, by user, product and period: of these orders, less those of these cancellations. */
export const limitedIn = ({ orders, cancellations }: Part): Sql => sql`
  SELECT user_id, product_id, limit_period, sum(quantity) AS units FROM (
    SELECT user_id, product_id, limit_period, quantity FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE limit_period IS NOT NULL AND ${within(sql`l.order_id`, orders)} AND ${within(sql`o.id`, orders)}
    UNION ALL
    SELECT user_id, product_id, limit_period, -quantity FROM cancellations c JOIN order_lines l USING (order_id)
    WHERE limit_period IS NOT NULL AND ${within(sql`c.id`, cancellations)}
  ) moved GROUP BY user_id, product_id, limit_period`
