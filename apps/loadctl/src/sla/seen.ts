import type { Seen } from "../stats/model.ts"
import { nearest } from "./nearest.ts"
import { countText } from "./text.ts"

// A longer list of names is not readable.
const MOST_NAMES = 8

/** " Did you mean order_refused? There are: order_created, order_refused." for a name that does not exist. */
export function seenInstead(name: string, known: readonly string[], what: string): string {
  if (known.length === 0) return ` There are no ${what}.`
  const meant = nearest(name, known)
  const question = meant === null ? "" : ` Did you mean ${meant}?`
  return `${question} There are these ${what}: ${namesText(known)}.`
}

function namesText(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`${more} more`] : [])].join(", ")
}

/** Why no request was judged, by what was there instead. */
export function nothingJudged(
  { k6Scenarios = [], judge = "all" }: { k6Scenarios?: string[]; judge?: "all" | "hold" },
  seen: Seen | undefined,
): string {
  const scenarios = Object.entries(seen?.scenarios ?? {})
  if (!seen || scenarios.length === 0) return "No request was made."
  if (seen.untagged)
    return `The requests have no tag scenario, so nothing says which to judge: add "scenario" to the systemTags of the script.`
  const judged = scenarios.filter(([name]) => k6Scenarios.includes(name))
  if (judged.length === 0) {
    const others = scenarios.map(([name, n]) => `${name || "setup or teardown"} (${countText(n, "request")})`)
    return `No request has the scenario ${k6Scenarios.join(" or ")}. There are: ${others.join(", ")}; k6Scenarios in loadctl.yaml names those to judge.`
  }
  if (judge === "hold") return `No request was sent in the hold.${phasesText(seen)}`
  return `No request was judged.${othersText(seen)}`
}

/** k6 runs every scenario of a script: those that are not judged were a load all the same. */
export function otherScenarios(
  { k6Scenarios = [] }: { k6Scenarios?: string[] },
  { scenarios = {} }: Partial<Seen> = {},
): string[] {
  const entries = Object.entries(scenarios)
  // Where none is judged, another sentence says what there is.
  if (!entries.some(([name]) => k6Scenarios.includes(name))) return []
  const others = entries.filter(([name]) => name !== "" && !k6Scenarios.includes(name))
  if (others.length === 0) return []
  const counts = others.map(([name, n]) => `${name} (${countText(n, "request")})`)
  return [
    `k6 also ran the script's ${others.length === 1 ? "scenario" : "scenarios"} ${counts.join(", ")}: a load at the same time, in no figure.`,
  ]
}

function othersText({ others = {} }: Seen): string {
  const counts = Object.entries(others).map(([metric, n]) => `${metric} (${n.toLocaleString("en-US")})`)
  return counts.length === 0
    ? ""
    : ` There are other samples: ${counts.join(", ")}; an entry of sla.endpoints with metric judges those of its name.`
}

function phasesText({ phases }: Seen): string {
  const tagged = Object.entries(phases).filter(([name]) => name !== "")
  const tags = tagged.map(([name, n]) => `${name} (${countText(n, "request")})`)
  return tags.length === 0 ? "" : ` The script's phase tags are: ${tags.join(", ")}.`
}
