import { nextStep } from "@saleproof/loadctl/capacity/search.ts"
import type { Attempt, Found, SearchOptions } from "@saleproof/loadctl/capacity/search.ts"
import { seededRandom } from "@saleproof/loadctl/stats/random.ts"

import { SERVERS, holdsLoad } from "./servers.ts"
import type { Server } from "./servers.ts"
import type { Study, Wanted } from "./study.ts"

const TRIALS = 300
const OPTIONS: SearchOptions = { start: 20, max: 2_000, precision: 0.05, maxRuns: 16 }

/** A whole search for what the server can take; the same seed gives the same. */
export function search(server: Server, seed: number): { found: Found; runs: number } {
  const random = seededRandom(seed)
  const attempts: Attempt[] = []
  for (;;) {
    const step = nextStep(OPTIONS, attempts)
    if (step.kind === "done") return { found: step.found, runs: attempts.length }
    attempts.push({ load: step.load, outcome: holdsLoad(server, step.load, random) ? "pass" : "fail" })
  }
}

const within = (figure: string, share: number): Wanted => ({
  figure,
  text: figure,
  at: "least",
  share,
})
const COVERED: Wanted = { figure: "covered", text: "intervals that cover the truth", at: "least", share: 0.9 }
const SHARP = [within("within 5 %", 0.95), COVERED]
const NOISY = [within("within 5 %", 0.8), within("within 10 %", 0.95), COVERED]
/** The fifth percentile of the answers is at least 95 of 100. */
const STRAY: Wanted[] = [{ figure: "at least 95", text: "answers of 95 or more", at: "least", share: 0.95 }]

export const SEARCHES: readonly Study[] = [
  study(SERVERS.deterministic, SHARP),
  study(SERVERS.md1, SHARP),
  study(SERVERS.degrading, SHARP),
  study(SERVERS.cliff, SHARP),
  study(SERVERS.exponential, NOISY),
  study(SERVERS.noisy, NOISY),
  study(SERVERS.stray3, STRAY),
  study(SERVERS.stray10, STRAY),
]

function study(server: Server, wanted: Wanted[]): Study {
  return {
    name: `capacity of a server: ${server.name}, truth ${server.truth.toFixed(1)}/s`,
    trials: TRIALS,
    wanted,
    trial: (seed) => {
      const { found, runs } = search(server, seed)
      const answer = found.load ?? 0
      const off = Math.abs(answer / server.truth - 1)
      const { edge } = found
      return {
        "within 5 %": Number(off <= 0.05),
        "within 10 %": Number(off <= 0.1),
        covered: Number(
          edge !== null && edge.low < Math.floor(server.truth) + 1 && edge.high >= server.truth,
        ),
        "at least 95": Number(answer >= 95),
        answer,
        edge: edge === null ? 0 : edge.load,
        runs,
      }
    },
  }
}
