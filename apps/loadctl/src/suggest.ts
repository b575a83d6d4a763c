import { nearest } from "./sla/nearest.ts"

/** " (did you mean X?)" for the known word that a mistyped one was most likely meant to be, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = nearest(word, known)
  return found === null ? "" : ` (did you mean ${found}?)`
}
