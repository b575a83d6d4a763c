import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const DB = "apps/api/src/infra/db.ts"
const ERRORS = "apps/api/src/infra/db-errors.ts"
const REDIS = "apps/api/src/infra/redis.ts"
const LIVE_STATE = "apps/api/src/rankings/live-state.ts"

const SETTINGS = "apps/api/test/session-settings.test.ts"
const REPLIES = "apps/api/test/redis-replies.test.ts"
const FULL_AUDIT = "apps/api/test/full-audit.test.ts"

/** Guards against what PostgreSQL and Redis are set to, and against an audit that says what is not so. */
export const SERVICE_BUGS: Bug[] = [
  bug("date-style-of-the-role", "times are read in the form in which they are asked for")
    .replacing(DB, `  datestyle: "ISO, MDY",`, "")
    .caughtBy(SETTINGS, "a role with settings of its own > changes no time by its DateStyle"),
  bug("isolation-of-the-role", "what was locked is read as the transaction before left it")
    .replacing(DB, `  default_transaction_isolation: "read committed",`, "")
    .caughtBy(SETTINGS, "a role with settings of its own > refuses no order"),
  bug("commit-not-waited-for", "what was answered with success survives a crash of PostgreSQL")
    .replacing(DB, ", onConnect: prepareSession }", " }")
    .caughtBy(
      SETTINGS,
      "a role with settings of its own > waits for its commits with synchronous_commit off",
    ),
  bug("tables-of-another-program", "the shop's tables are those that Prisma names")
    .replacing(DB, `  search_path: "public",`, "")
    .caughtBy(SETTINGS, "a role with settings of its own > keeps its shop out of the tables"),
  bug("lost-right-is-a-fault", "what the role may not do any more is 503")
    .replacing(ERRORS, `state === "42501"`, `state === "none"`)
    .caughtBy(SETTINGS, "a role that loses a right while the shop runs"),
  bug("set-aside-one-by-one", "what was set aside is taken together once its cause is mended")
    .replacing("apps/api/src/infra/set-aside.ts", "if (until.has(id)) until.clear()", "until.delete(id)")
    .caughtBy("apps/api/test/set-aside.test.ts", "a claim > that a trigger refused"),
  bug("refused-connection-is-a-fault", "a database that lets nobody in is 503")
    .replacing(ERRORS, "|28|3D|53|55000|", "|53|")
    .replacing(ERRORS, "/^(28|3D|55000)/", "/^none/")
    .caughtBy("apps/api/test/refused-connections.test.ts", "PostgreSQL that lets the shop in no more"),
  bug("reply-of-redis-is-a-fault", "an error that Redis answers is 503")
    .replacing(
      REDIS,
      "    const detail = replyText(cause)",
      "    if (replyText(cause)) throw cause\n    const detail = replyText(cause)",
    )
    .caughtBy(REPLIES, "a Redis that permits nothing any more > costs"),
  bug("ranking-key-of-another", "what another program wrote under the ranking's keys is replaced")
    .replacing(LIVE_STATE, "redis.pcall('HGET', key, 'generation')", "redis.call('HGET', key, 'generation')")
    .caughtBy(REPLIES, "a Redis that holds something else"),
  bug("two-full-audits", "one full audit runs at a time")
    .replacing(
      "apps/api/src/audit/full-recount.ts",
      `if (running?.state === "running") throw`,
      `if (running?.state === "running" && running.segments.of > 0) throw`,
    )
    .caughtBy(FULL_AUDIT, "a full audit > is begun once"),
  bug("audit-of-half-a-shop", "an audit sees the shop before it is emptied or after that")
    .replacing(
      "apps/api/src/audit/count.ts",
      "      await tx.$executeRaw`LOCK TABLE product_sales IN ACCESS SHARE MODE`",
      "",
    )
    .caughtBy(FULL_AUDIT, "an audit that begins while the shop is being emptied"),
]
