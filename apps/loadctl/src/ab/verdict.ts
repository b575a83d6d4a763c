import { VERDICTS } from "../compare/model.ts"
import type { Verdict } from "../compare/model.ts"
import type { AbReport } from "./model.ts"

/** What the experiment says as a whole: the gravest of what its sides are against the first. */
export function worst({ comparisons, sides }: AbReport): Verdict {
  const found = comparisons.map(({ comparison }) => (comparison ? comparison.verdict : "not-comparable"))
  if (found.length < Object.keys(sides).length - 1) found.push("not-comparable")
  return VERDICTS.find((verdict) => found.includes(verdict))!
}
