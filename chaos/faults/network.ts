import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import { COMMIT_REPLY } from "../proxy/toxics.ts"
import type { ResetTrigger } from "../proxy/toxics.ts"
import { PAIRS, PROXIED } from "../environment/topology.ts"
import type { Pair } from "../environment/topology.ts"
import type { Fault, Experiment } from "./fault.ts"

const ADDED_MS = 200
// A transaction that others wait for has four, and a request waits for the one in progress and for its own.
const STATEMENTS = 8
const RESET_WITHIN_MS = 5_000

/** Every kind of bad network between every two that talk to each other. */
export const networkFaults: readonly Fault[] = PAIRS.flatMap((pair) => [
  latency(pair),
  resetOnCommit(pair),
  blackHole(pair),
])

function latency(pair: Pair): Fault {
  return {
    name: `latency-${pair}`,
    title: `${ADDED_MS} ms more between ${named(pair)}`,
    topology: PROXIED,
    promptLimitMs: pair === "api-database" ? 2 * ADDED_MS * STATEMENTS : PROMPT_LIMIT_MS,
    run: ({ environment, inject, hold }) =>
      inject(async () => {
        environment.proxies[pair].latency(ADDED_MS)
        await hold(10_000)
        await environment.proxies[pair].restore()
        return Date.now()
      }),
  }
}

/** The connection is cut when the reply to a commit is on its way: the client cannot know whether it happened. */
function resetOnCommit(pair: Pair): Fault {
  return {
    name: `reset-${pair}`,
    title: `connection reset instead of the reply to a commit between ${named(pair)}`,
    topology: PROXIED,
    promptLimitMs: PROMPT_LIMIT_MS,
    async run(experiment) {
      const { rounds, inject, note } = experiment
      let resets = 0
      await rounds(10, () =>
        inject(async () => {
          if (await reset(pair, experiment)) resets++
          return Date.now()
        }),
      )
      note({ resets })
    },
  }
}

async function reset(pair: Pair, { environment, random, wait }: Experiment): Promise<boolean> {
  const happened = environment.proxies[pair].resetPeer(triggerOf(pair, random.between(1, 5)))
  return Promise.race([happened.then(() => true), wait(RESET_WITHIN_MS).then(() => false)])
}

/** Redis commits nothing, so any of its replies will do. */
function triggerOf(pair: Pair, nth: number): ResetTrigger {
  return pair.endsWith("-database") ? { containing: COMMIT_REPLY, nth } : { nth }
}

/** A partition: nothing passes and no connection is closed; what was in transit arrives when it is restored. */
function blackHole(pair: Pair): Fault {
  return {
    name: `black-hole-${pair}`,
    title: `nothing passes between ${named(pair)}`,
    topology: PROXIED,
    promptLimitMs: PROMPT_LIMIT_MS,
    run: ({ environment, inject, hold }) =>
      inject(async () => {
        environment.proxies[pair].blackHole()
        await hold(10_000)
        await environment.proxies[pair].restore()
        return Date.now()
      }),
  }
}

function named(pair: Pair): string {
  const [program, store] = pair.split("-")
  return `${program === "api" ? "the API" : "the worker"} and ${store === "redis" ? "Redis" : "PostgreSQL"}`
}
