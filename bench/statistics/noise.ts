/**
 * What makes runs of one service differ. Written down before anything was simulated with it; every number is one that is
 * asked of the comparisons (run noise of 3, 5 and 10 %, drift of 10 and 15 %) or one that was measured, see NOISES and
 * simulate-runs.ts. Where a method misses a target under it, the method changes.
 */
export type Noise = {
  /** Standard deviation of a run's level, as a share: 0.05 is 5 %. */
  run: number
  /** How far a run's end is from its start (standard deviation), and how far the level that rounds share swings. */
  drift: number
  /** Of each endpoint in a run. */
  requests: number
  /** In how many runs the shared level swings once: the shortest and the longest. */
  swing: readonly [number, number]
  /** Whether nothing is as normal as statistics likes it; see simulateRun. */
  heavy: boolean
}

// The fewest that an endpoint had in a run of the published experiment (docs/results/strategies.json): 40,831 of seven.
const REQUESTS = 5_800
// From half to twice an experiment of 12 rounds: the runs of a round share most of it, and the experiment does not.
const SWING = [12, 48] as const

const usual = (run: number, drift: number): Noise => ({
  run,
  drift,
  requests: REQUESTS,
  swing: SWING,
  heavy: false,
})

/** At which a change has to be found. */
export const PROMISED = usual(0.05, 0.15)

/** Short runs on a bad day: 20 requests per second of each endpoint for 30 s, and a machine that swings every few rounds. */
export const HARD: Noise = { run: 0.05, drift: 0.15, requests: 600, swing: [6, 12], heavy: true }

/** Equals must be distinguished from a change at every one of them. */
export const NOISES: readonly Noise[] = [PROMISED, usual(0.03, 0.1), usual(0.1, 0.15), HARD]
