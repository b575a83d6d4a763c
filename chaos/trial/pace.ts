/** How much of a fault is inflicted: the test of a build, a look of minutes, and everything. */
export const PACES = {
  test: {
    users: 60,
    thinkMs: 400,
    warmUpMs: 500,
    calmMs: 500,
    patienceMs: 15_000,
    mostRounds: 1,
    mostHoldMs: 1_500,
    scale: 0.03,
  },
  quick: {
    users: 300,
    thinkMs: 1_500,
    warmUpMs: 1_500,
    calmMs: 1_500,
    patienceMs: 30_000,
    mostRounds: 2,
    mostHoldMs: 4_000,
    scale: 0.1,
  },
  full: {
    users: 300,
    thinkMs: 1_500,
    warmUpMs: 3_000,
    calmMs: 3_000,
    patienceMs: 60_000,
    mostRounds: 20,
    mostHoldMs: 10_000,
    scale: 1,
  },
} as const satisfies Record<string, Pace>

export type PaceName = keyof typeof PACES

export type Pace = {
  /** Concurrent virtual users. */
  users: number
  /** Longest pause of a user between two visits. */
  thinkMs: number
  /** Load before the first injury. */
  warmUpMs: number
  /** Load between two injuries, and after the last. */
  calmMs: number
  /** How long a user repeats one request, and how long one that stayed open is asked about afterwards. */
  patienceMs: number
  mostRounds: number
  mostHoldMs: number
  /** Of what a race has in buyers and repetitions. */
  scale: number
}
