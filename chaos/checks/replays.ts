import type { Entry } from "../client/journal.ts"
import type { Sender } from "../client/sender.ts"
import type { Random } from "../random.ts"
import type { Violation } from "./violation.ts"

type ReplayOptions = { sender: Pick<Sender, "again">; random: Random; most: number }

/** Repeats some settled requests with their keys; the journal keeps what is answered otherwise than before. */
export async function replaySome(entries: readonly Entry[], options: ReplayOptions): Promise<Violation[]> {
  const { sender, random, most } = options
  const settled = random.shuffled(entries.filter(({ answer }) => answer)).slice(0, most)
  const violations: Violation[] = []
  for (const entry of settled) {
    const outcome = await sender.again(entry)
    if ("lost" in outcome || outcome.status >= 500)
      violations.push({ check: "replays", detail: `${entry.effect.key} was not answered again` })
  }
  return violations
}
