import type { Kind } from "../client/effects.ts"

/**
 * The most that one API process may have committed without having answered: orders go in batches of up to 128, two
 * at a time; a charge with a key has a transaction of its own on one of three connections; claims are single steps in Redis,
 * whose answers all come back on one connection.
 */
export const BATCHES: Readonly<Record<Kind, number>> = { order: 256, charge: 3, claim: 64 }
