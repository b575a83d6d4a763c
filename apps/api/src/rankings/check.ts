import type { LiveCheck } from "../audit/service.ts"

/** What the audit asks of Redis and PostgreSQL together; exact at any moment, also during load. */
export const createRankingCheck = ({ drift }: { drift: () => Promise<number> }): LiveCheck => ({
  id: "ranking-equals-recount",
  title: "The realtime ranking is what the sums of the orders say",
  meaning: "Units by which the ranking is off, apart from orders not relayed to it yet",
  count: drift,
})
