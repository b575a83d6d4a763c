import type { Entry } from "../client/journal.ts"
import { inParallel } from "../client/parallel.ts"
import type { Sender } from "../client/sender.ts"
import type { Random } from "../random.ts"
import type { Violation } from "./violation.ts"

const AT_ONCE = 10

type ReplayOptions = { sender: Pick<Sender, "again">; random: Random; most: number }

/**
 * Repeats some acknowledged requests with their keys; the journal keeps what is answered otherwise than before. A request
 * that was refused had no effect, and is decided anew when it is repeated.
 */
export async function replaySome(entries: readonly Entry[], options: ReplayOptions): Promise<Violation[]> {
  const { sender, random, most } = options
  const acknowledged = entries.filter(({ outcome }) => outcome === "acknowledged")
  const repeated = random.shuffled(acknowledged).slice(0, most)
  const replay = async (entry: Entry): Promise<Violation[]> => {
    const outcome = await sender.again(entry)
    if (!("lost" in outcome) && outcome.status < 500) return []
    return [{ check: "replays", detail: `${entry.effect.key} was not answered again` }]
  }
  return (await inParallel(repeated, { most: AT_ONCE, work: replay })).flat()
}
