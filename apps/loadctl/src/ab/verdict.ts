import type { Verdict } from "../compare/model.ts"
import type { AbReport } from "./model.ts"

// The worst that a side can be comes first.
const GRAVITY = ["worse", "not comparable", "no difference shown", "better"] as const satisfies Verdict[]

/** What the experiment says as a whole: the gravest of what its sides are against the first. */
export function worst({ comparisons, sides }: AbReport): Verdict {
  const found = comparisons.map(({ comparison }) => comparison?.verdict ?? "not comparable")
  if (found.length < Object.keys(sides).length - 1) found.push("not comparable")
  return GRAVITY.find((verdict) => found.includes(verdict)) ?? "not comparable"
}
