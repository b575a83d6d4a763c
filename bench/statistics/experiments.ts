import { planLooks } from "@saleproof/loadctl/ab/looks.ts"
import { DEFAULT_LIMITS } from "@saleproof/loadctl/compare/compare.ts"
import type { RunFigures } from "@saleproof/loadctl/compare/figures.ts"
import { judgeSides, overallVerdict } from "@saleproof/loadctl/compare/judge-sides.ts"
import type { EndpointComparison, Verdict } from "@saleproof/loadctl/compare/model.ts"
import { ALPHA, GROUPS, ROUNDS } from "@saleproof/loadctl/compare/tests.ts"
import { seededRandom } from "@saleproof/loadctl/stats/random.ts"
import type { Random } from "@saleproof/loadctl/stats/random.ts"

import type { Noise } from "./noise.ts"
import { FIGURES, sharedDrift, simulateRun, withOneSlower } from "./simulate-runs.ts"

/** What the candidate is: the same, slower in every figure, or slower in one. */
export type Planted = { kind: "nothing" | "all" | "one"; factor: number }

/** A comparison that is simulated many times. */
export type Setting = {
  command: "compare" | "ab"
  /** Runs a side, or the most rounds. */
  runs: number
  untilDecided: boolean
  noise: Noise
  planted: Planted
}

/** What one simulated comparison said; `found` is whether it named what was planted. */
export type Outcome = { verdict: Verdict; found: boolean; runs: number }

/** One comparison; the same seed gives the same. */
export function experiment(setting: Setting, seed: number): Outcome {
  const random = seededRandom(seed)
  return setting.command === "compare" ? groups(setting, random, seed) : rounds(setting, random, seed)
}

function groups({ runs, noise, planted }: Setting, random: Random, seed: number): Outcome {
  const base = times(runs, () => simulateRun(random, { noise }))
  const candidate = times(runs, () => candidateRun(random, { noise, planted, seed, shared: 1 }))
  const judging = { test: GROUPS, limits: DEFAULT_LIMITS, alpha: ALPHA, undecided: null }
  return outcomeOf(judgeSides({ base, candidate }, judging), { planted, seed, runs })
}

function rounds({ runs, untilDecided, noise, planted }: Setting, random: Random, seed: number): Outcome {
  const looks = planLooks({ rounds: runs, untilDecided, sides: 2 })
  const drift = sharedDrift(random, noise)
  const base: RunFigures[] = []
  const candidate: RunFigures[] = []
  for (const { round, alpha } of looks) {
    while (base.length < round) {
      const slot = 2 * base.length
      // Every other round goes backwards.
      const [a, b] = base.length % 2 === 0 ? [slot, slot + 1] : [slot + 1, slot]
      base.push(simulateRun(random, { noise, factor: drift(a) }))
      candidate.push(candidateRun(random, { noise, planted, seed, shared: drift(b) }))
    }
    const judging = { test: ROUNDS, limits: DEFAULT_LIMITS, alpha, undecided: null }
    const answer = outcomeOf(judgeSides({ base, candidate }, judging), { planted, seed, runs: round })
    if (answer.verdict !== "inconclusive" || round === looks.at(-1)!.round) return answer
  }
  throw new RangeError("an experiment has a look")
}

type Candidate = { noise: Noise; planted: Planted; seed: number; shared: number }

function candidateRun(random: Random, { noise, planted, seed, shared }: Candidate): RunFigures {
  const { kind, factor } = planted
  const run = simulateRun(random, { noise, factor: kind === "all" ? shared * factor : shared })
  return kind === "one" ? withOneSlower(run, FIGURES[seed % FIGURES.length]!, factor) : run
}

type Design = { planted: Planted; seed: number; runs: number }

function outcomeOf(endpoints: readonly EndpointComparison[], { planted, seed, runs }: Design): Outcome {
  const verdict = overallVerdict(endpoints)
  if (planted.kind !== "one") return { verdict, found: verdict === "worse", runs }
  const { name, metric } = FIGURES[seed % FIGURES.length]!
  const endpoint = endpoints.find((one) => one.name === name)!
  const difference = endpoint.differences.find((one) => one.metric === metric)!
  return { verdict, found: difference.verdict === "worse", runs }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
