import { sql } from "../infra/db.ts"
import type { Check } from "./part.ts"

/** What was changed since the shop was seeded. */
const JOURNAL = sql`SELECT * FROM journal_entries WHERE epoch = (SELECT epoch FROM shop)`

/** The journal adds up to what is there. Changes are few, so nothing of it is sealed. */
export const ADMINISTRATION_CHECKS: Check[] = [
  {
    id: "restocks-journaled",
    title: "Every product was stocked with what it was created with and what the journal restocked",
    meaning: "Units, over all products, that were put in or taken off without an entry",
    query: () => sql`
      SELECT coalesce(sum(abs(coalesce(p.stocked - p.put_in, 0) - coalesce(j.restocked, 0))
                          + abs(coalesce(p.put_in - j.created, 0))), 0) AS violations
      FROM products p FULL JOIN (
        SELECT target_id, sum(quantity) AS restocked,
               min((after ->> 'stock')::bigint) FILTER (WHERE action = 'product.created') AS created
        FROM (${JOURNAL}) entries WHERE action LIKE 'product.%' GROUP BY target_id
      ) j ON j.target_id = p.id`,
  },
  {
    id: "totals-kept-promises",
    title: "No policy's total was ever set below what it had promised",
    meaning: "Changes that took back promises",
    query: () => sql`
      SELECT count(*) AS violations FROM (${JOURNAL}) entries
      WHERE action LIKE 'policy.%' AND (after ->> 'total')::bigint < (after ->> 'claimed')::bigint`,
  },
  {
    id: "changes-journaled",
    title: "What the journal changed is as its last entry left it",
    meaning: "Products, policies, users and webhooks that were changed again without an entry",
    query: () => sql`
      WITH last AS (
        SELECT DISTINCT ON (split_part(action, '.', 1), target_id) split_part(action, '.', 1) AS kind, target_id, after
        FROM (${JOURNAL}) entries WHERE action NOT IN ('product.restocked', 'webhook.redelivered', 'webhook.disabled')
        ORDER BY split_part(action, '.', 1), target_id, id DESC
      )
      SELECT (SELECT count(*) FROM last LEFT JOIN products p ON p.id = target_id
              WHERE kind = 'product' AND (p.name, p.price, p.starts_at, p.ends_at, p.max_per_user, p.closed)
                IS DISTINCT FROM (after ->> 'name', (after ->> 'price')::bigint, (after ->> 'startsAt')::timestamptz,
                  (after ->> 'endsAt')::timestamptz, (after ->> 'maxPerUser')::int, (after ->> 'closed')::boolean))
           + (SELECT count(*) FROM last LEFT JOIN coupon_policies p ON p.id = target_id
              WHERE kind = 'policy' AND (p.total, p.per_user_limit, p.starts_at, p.ends_at, p.closed)
                IS DISTINCT FROM ((after ->> 'total')::int, (after ->> 'perUserLimit')::int,
                  (after ->> 'startsAt')::timestamptz, (after ->> 'endsAt')::timestamptz,
                  (after ->> 'closed')::boolean))
           + (SELECT count(*) FROM last LEFT JOIN webhooks w ON w.id = target_id
              WHERE kind = 'webhook' AND (w.url, to_jsonb(w.events)) IS DISTINCT FROM (after ->> 'url', after -> 'events'))
           + (SELECT count(*) FROM last LEFT JOIN users u ON u.id = target_id
              WHERE kind = 'user' AND (u.name, u.subject) IS DISTINCT FROM (after ->> 'name', after ->> 'subject'))
           AS violations`,
  },
]
