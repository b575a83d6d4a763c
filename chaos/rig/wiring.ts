/** Who talks to whom; each pair can be led through a proxy of its own. */
export const PAIRS = ["api-database", "api-redis", "worker-database", "worker-redis"] as const
export type Pair = (typeof PAIRS)[number]

/** How the API and its worker are started. */
export type Wiring = { proxied: readonly Pair[]; apis: 1 | 2; shopEnv: Readonly<Record<string, string>> }

export const DIRECT: Wiring = { proxied: [], apis: 1, shopEnv: {} }
export const PROXIED: Wiring = { ...DIRECT, proxied: PAIRS }

export function sameWiring(a: Wiring, b: Wiring): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
