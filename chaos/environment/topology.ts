/** Pairs of client and server; each can have a proxy of its own. */
export const PAIRS = ["api-database", "api-redis", "worker-database", "worker-redis"] as const
export type Pair = (typeof PAIRS)[number]

/** How the API and its worker are started. */
export type Topology = { proxied: readonly Pair[]; apis: 1 | 2; shopEnv: Readonly<Record<string, string>> }

export const DIRECT: Topology = { proxied: [], apis: 1, shopEnv: {} }
export const PROXIED: Topology = { ...DIRECT, proxied: PAIRS }

export function sameTopology(a: Topology, b: Topology): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
