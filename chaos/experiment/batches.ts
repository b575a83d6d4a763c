import type { Kind } from "../client/effects.ts"

/**
 * The most that one API process may have committed without having answered: orders go in batches of up to 128, two
 * at a time; charges in batches of up to 128 and claims in batches of up to 256, one at a time.
 */
export const BATCHES: Readonly<Record<Kind, number>> = { order: 256, charge: 128, claim: 256 }
