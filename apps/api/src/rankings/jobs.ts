import { every } from "../infra/every.ts"
import type { Recurring } from "../infra/every.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { LiveRanking } from "./live.ts"
import type { Relay } from "./relay.ts"

/** An order shows in the realtime ranking within this and two round trips. */
const RELAY_EVERY_MS = 200
/** How soon a lost or outdated ranking is noticed while nothing is sold. */
const LOOK_EVERY_MS = 1_000
const COMPARE_EVERY_MS = 30_000
const NOT_BUILT = "the realtime ranking cannot be built"

type RankingJobsDeps = {
  relay: Relay
  live: LiveRanking
  drift: () => Promise<number>
  logger: Logger
  metrics: Metrics
  onError: (error: unknown, what?: string) => void
}

/** Moves sales into the sums, and the sums into the realtime ranking; compares the two now and then. */
export function startRankingJobs(deps: RankingJobsDeps): Recurring[] {
  const { onError } = deps
  const bringSales = createBringSales(deps)
  return [
    every({ everyMs: RELAY_EVERY_MS, step: bringSales, onError }),
    every({ everyMs: COMPARE_EVERY_MS, step: () => compareRanking(deps), onError }),
  ]
}

function createBringSales({ relay, live, onError }: RankingJobsDeps) {
  let lookedAt = -Infinity
  return async () => {
    const relayed = await relay.relayAll()
    if (relayed === 0 && performance.now() - lookedAt < LOOK_EVERY_MS) return
    lookedAt = performance.now()
    await live.catchUp().catch((error: unknown) => onError(error, NOT_BUILT))
  }
}

/** A difference cannot occur; should it, the ranking is rebuilt. */
export async function compareRanking({
  drift,
  live,
  logger,
  metrics,
}: Omit<RankingJobsDeps, "relay" | "onError">) {
  const units = await drift()
  metrics.drift.labels("ranking").set(units)
  if (units === 0) return
  logger.error({ what: "ranking", drift: units }, "Redis and PostgreSQL differ")
  await live.rebuild()
  await live.catchUp()
}
