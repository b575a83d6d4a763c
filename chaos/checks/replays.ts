import { requestOf } from "../client/effects.ts"
import type { Http } from "../client/http.ts"
import type { Entry } from "../client/journal.ts"
import type { Random } from "../random.ts"
import type { Violation } from "./violation.ts"

type ReplayOptions = { http: Pick<Http, "send">; random: Random; most: number }

/** Repeats some settled requests with their keys: the answer has to be the first one, byte for byte. */
export async function checkReplays(entries: readonly Entry[], options: ReplayOptions): Promise<Violation[]> {
  const { http, random, most } = options
  const settled = random.shuffled(entries.filter(({ answer }) => answer)).slice(0, most)
  const violations: Violation[] = []
  for (const { effect, answer } of settled) {
    const { path, body } = requestOf(effect)
    const again = await http.send({ method: "POST", path, body, key: effect.key })
    if ("lost" in again) violations.push({ check: "replays", detail: `${effect.key} was not answered again` })
    else if (again.status !== answer?.status || again.body !== answer.body)
      violations.push({
        check: "replays",
        detail: `${effect.key} was answered ${answer?.status} ${answer?.body}, then ${again.status} ${again.body}`,
      })
  }
  return violations
}
