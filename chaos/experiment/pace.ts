export type Pace = {
  /** Concurrent virtual users. */
  users: number
  /** Longest pause of a user between two visits. */
  thinkMs: number
  /** Load before the first injection. */
  warmUpMs: number
  /** Load between two injections, and after the last. */
  steadyMs: number
  /** How long a user repeats one request, and how long one that stayed open is asked about afterwards. */
  patienceMs: number
  /** Within this every accepted claim has to be a coupon, also when a worker died over it. */
  couponsWithinMs: number
  /** Within this a webhook has to get everything, also when the worker that sent it was killed. */
  deliveredWithinMs: number
  mostRounds: number
  /** No round begins later than this after the first one. */
  mostMs: number
  mostHoldMs: number
  /** Of what a race has in buyers and repetitions. */
  scale: number
}

const ENDLESS = Number.POSITIVE_INFINITY
const SOAK_MS = 600_000

const FULL = {
  users: 300,
  thinkMs: 3_000,
  warmUpMs: 3_000,
  steadyMs: 3_000,
  patienceMs: 60_000,
  couponsWithinMs: 60_000,
  // What a killed worker was sending is left to the others after 15 s.
  deliveredWithinMs: 60_000,
  mostRounds: 20,
  mostMs: ENDLESS,
  mostHoldMs: 10_000,
  scale: 1,
} satisfies Pace

/** How much of a fault is inflicted: for a test, for a look of minutes, in full, and for as long as it takes. */
export const PACES = {
  test: {
    ...FULL,
    users: 60,
    thinkMs: 400,
    warmUpMs: 400,
    steadyMs: 300,
    patienceMs: 15_000,
    couponsWithinMs: 30_000,
    mostRounds: 1,
    mostHoldMs: 1_000,
    scale: 0.03,
  },
  quick: { ...FULL, steadyMs: 1_500, patienceMs: 30_000, mostRounds: 2, mostHoldMs: 4_000, scale: 0.1 },
  full: FULL,
  // Ten minutes, a kill every five seconds.
  soak: { ...FULL, warmUpMs: 5_000, steadyMs: 5_000, mostRounds: ENDLESS, mostMs: SOAK_MS },
} satisfies Record<string, Pace>

export type PaceName = keyof typeof PACES
