import type { Kind } from "../client/effects.ts"

/**
 * The most that one API process may have committed without having answered: orders are committed in batches of up
 * to 128, two at a time; a charge has a transaction of its own on one of a few connections; a claim is one step in
 * Redis, and all of them share one connection.
 */
export const BATCHES: Readonly<Record<Kind, number>> = { order: 256, charge: 16, claim: 64 }
