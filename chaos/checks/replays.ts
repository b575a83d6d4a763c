import type { Entry } from "../client/journal.ts"
import { inParallel } from "../client/parallel.ts"
import type { Sender } from "../client/sender.ts"
import type { Random } from "../random.ts"
import type { Violation } from "./violation.ts"

const AT_ONCE = 10

type ReplayOptions = { sender: Pick<Sender, "again">; random: Random; most: number }

/** Repeats some settled requests with their keys; the journal keeps what is answered otherwise than before. */
export async function replaySome(entries: readonly Entry[], options: ReplayOptions): Promise<Violation[]> {
  const { sender, random, most } = options
  const settled = random.shuffled(entries.filter(({ answer }) => answer)).slice(0, most)
  const replay = async (entry: Entry): Promise<Violation[]> => {
    const outcome = await sender.again(entry)
    if (!("lost" in outcome) && outcome.status < 500) return []
    return [{ check: "replays", detail: `${entry.effect.key} was not answered again` }]
  }
  return (await inParallel(settled, { most: AT_ONCE, work: replay })).flat()
}
