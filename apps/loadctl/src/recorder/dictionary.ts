import { OTHER_METRICS } from "@saleproof/sla/metrics.ts"
import { patternOf } from "./url-pattern.ts"
import { parseTags } from "./line-protocol.ts"

/** What samples are kept of, one by one. Of every other metric only the number of points is counted. */
export const KEPT = ["http_req_duration", "iteration_duration", "checks", ...OTHER_METRICS] as const
export type KeptMetric = (typeof KEPT)[number]

/** One series of the recording; `id` is what its samples carry. */
export type SeriesEntry = { id: number; metric: KeptMetric; tags: Record<string, string> }

/** The tags that decide how a request is judged; the others can be given up. */
const JUDGED_TAGS = ["scenario", "phase", "name", "check", "status", "expected_response", "error_code"]
const OTHERS = "(other names)"
// What k6 says of an answer. Where its own tag is turned off, a script's tag of that name is not what k6 saw.
const OUTCOME_TAGS = ["status", "expected_response", "error_code"]

/**
 * Numbers the series in the order in which they appear. Beyond `cap` a new one is kept by what it is judged by, its name
 * folded to a pattern; beyond twice of it, all new names are one: a script that makes a series of each request must not
 * fill the memory.
 *
 * @param systemTags the tags that k6 itself gives; null where that is not known
 */
export function createDictionary(cap: number, systemTags: readonly string[] | null) {
  const foreign = systemTags === null ? [] : OUTCOME_TAGS.filter((tag) => !systemTags.includes(tag))
  const known = new Map<string, number>()
  const entries: SeriesEntry[] = []
  let folded = 0

  function tagsOf(tagSet: string): Record<string, string> {
    const tags = parseTags(tagSet)
    return foreign.length === 0
      ? tags
      : Object.fromEntries(Object.entries(tags).filter(([tag]) => !foreign.includes(tag)))
  }

  function add(key: string, metric: KeptMetric, tags: Record<string, string>): number {
    const id = entries.length
    // A slice would keep the whole write that it is from alive.
    known.set(Buffer.from(key, "latin1").toString("latin1"), id)
    entries.push({ id, metric, tags })
    return id
  }

  function fold(metric: KeptMetric, tagSet: string): number {
    folded += 1
    const all = tagsOf(tagSet)
    const kept = JUDGED_TAGS.flatMap((tag) => (all[tag] === undefined ? [] : [[tag, all[tag]] as const]))
    const tags = Object.fromEntries(kept)
    const name = entries.length < 2 * cap ? patternOf(tags["name"] ?? "") : OTHERS
    const judged = { ...tags, ...(tags["name"] === undefined ? {} : { name }) }
    const key = `${metric} ${JSON.stringify(judged)}`
    return known.get(key) ?? add(key, metric, judged)
  }

  return {
    entries,
    /** How many samples lost tags that no rule uses, because there were too many series. */
    folded: () => folded,
    idOf(metric: KeptMetric, tagSet: string): number {
      const key = `${metric},${tagSet}`
      const id = known.get(key)
      if (id !== undefined) return id
      return entries.length < cap ? add(key, metric, tagsOf(tagSet)) : fold(metric, tagSet)
    },
  }
}
