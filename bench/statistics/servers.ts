import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"
import type { Random } from "@saleproof/loadctl/stats/random.ts"
import { inFlightOf, isFallingBehind } from "@saleproof/loadctl/stats/steady.ts"

/** A server with one worker whose capacity is known; requests come evenly or as a Poisson process. */
export type Server = {
  name: string
  /** The highest steady load, requests per second, that keeps 95 % of them within the limit. */
  truth: number
  arrivals: "even" | "poisson"
  /** How long a request takes when its turn has come, in seconds, under so many arrivals per second. */
  serviceSeconds: (random: Random, load: number) => number
  /** What a run's service times are multiplied by. */
  runFactor?: (random: Random) => number
  /** Share of runs that fail whatever their load. */
  stray?: number
  /** The load above which requests fail. */
  cliff?: number
}

export const LIMIT_MS = 200
const WARM_UP_SECONDS = 10
const HOLD_SECONDS = 30
const SERVICE_SECONDS = 0.01

const constant = () => SERVICE_SECONDS

export const SERVERS = {
  deterministic: { name: "deterministic", truth: 100, arrivals: "even", serviceSeconds: constant },
  // p95 of 200 ms in steady state, by 30 million simulated requests per load around it.
  md1: { name: "M/D/1", truth: 92.45, arrivals: "poisson", serviceSeconds: constant },
  // M/M/1: times in the system are exponential with rate μ − λ, so p95 = ln 20 / (μ − λ) (Kleinrock 1975, 3.1).
  exponential: {
    name: "exponential (M/M/1)",
    truth: 100 - Math.log(20) / (LIMIT_MS / 1_000),
    arrivals: "poisson",
    serviceSeconds: (random) => SERVICE_SECONDS * random.exponential(),
  },
  // Slower under load: λ·s(λ) = 1 where u + u³/2 = 1, u = λ/100.
  degrading: {
    name: "degrading",
    truth: 77.09,
    arrivals: "even",
    serviceSeconds: (_, load) => SERVICE_SECONDS * (1 + (load / 100) ** 2 / 2),
  },
  cliff: { name: "cliff", truth: 73, arrivals: "even", serviceSeconds: constant, cliff: 73 },
  noisy: {
    name: "5 % run noise",
    truth: 100,
    arrivals: "even",
    serviceSeconds: constant,
    runFactor: (random) => Math.exp(0.05 * random.normal()),
  },
  stray3: { name: "3 % stray failures", truth: 100, arrivals: "even", serviceSeconds: constant, stray: 0.03 },
  stray10: {
    name: "10 % stray failures",
    truth: 100,
    arrivals: "even",
    serviceSeconds: constant,
    stray: 0.1,
  },
} as const satisfies Record<string, Server>

/** One run at a load, first come first served: whether it kept the limit and was completed. */
export function holdsLoad(server: Server, load: number, random: Random): boolean {
  if (random.uniform() < (server.stray ?? 0)) return false
  if (server.cliff !== undefined && load > server.cliff) return false
  const { from, to } = requestsOf(server, load, random)
  const window = { from: WARM_UP_SECONDS * 1_000, to: (WARM_UP_SECONDS + HOLD_SECONDS) * 1_000 }
  const held = to.map((end, index) => end - from[index]!).filter((_, index) => from[index]! >= window.from)
  if (isFallingBehind(inFlightOf({ from, to }, window), held.length)) return false
  const sorted = sortNumbers(held)
  return sorted !== null && quantile(sorted, 0.95) <= LIMIT_MS
}

/** When the requests of a run are sent and end, ms since its start. */
function requestsOf({ arrivals, serviceSeconds, runFactor }: Server, load: number, random: Random) {
  const factor = runFactor ? runFactor(random) : 1
  const [from, to]: [number[], number[]] = [[], []]
  let free = 0
  let at = 0
  for (;;) {
    at += (arrivals === "even" ? 1 : random.exponential()) / load
    if (at > WARM_UP_SECONDS + HOLD_SECONDS) return { from, to }
    free = Math.max(free, at) + factor * serviceSeconds(random, load)
    from.push(at * 1_000)
    to.push(free * 1_000)
  }
}
