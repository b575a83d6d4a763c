import type { Condition } from "./comparable.ts"
import type { EndpointComparison } from "./model.ts"
import type { ComparedRun } from "./runs.ts"
import { MIN_RUNS } from "./units.ts"
import type { Cut } from "./units.ts"
import { shareText } from "../sla/text.ts"

const STEAL_WORTH_A_WORD = 0.05

export type Noted = {
  base: readonly ComparedRun[]
  candidate: readonly ComparedRun[]
  cut: Cut
  endpoints: readonly EndpointComparison[]
  allow: readonly Condition[]
}

/** What a comparison cannot know by itself and its reader should. */
export function notesOn({ base, candidate, cut, endpoints, allow }: Noted): string[] {
  const scarce = endpoints.filter(({ verdict }) => verdict === "not comparable").map(({ name }) => name)
  return [
    ...(cut.unit === "block"
      ? [
          `The interval is about the time within ${base.length + candidate.length === 2 ? "these runs" : "the runs"}; ` +
            `runs differ among themselves too, and ${MIN_RUNS} a side would show by how much.`,
        ]
      : []),
    ...rateNote(endpoints),
    ...(scarce.length > 0 ? [`Too few requests to compare: ${scarce.join(", ")}.`] : []),
    ...(allow.length > 0 ? [`Not checked, as asked: the same ${allow.join(", ")}.`] : []),
    ...[...base, ...candidate].flatMap(stealNote),
  ]
}

/** Users that wait for their answers ask more often when they get them sooner: whoever is faster then has more to do. */
function rateNote(endpoints: readonly EndpointComparison[]): string[] {
  const overall = endpoints.find(({ name }) => name === "overall")
  const rate = overall?.differences.find(({ metric }) => metric === "rate")
  if (!rate || rate.share === null || !["better", "worse"].includes(rate.verdict)) return []
  const more = rate.share > 0 ? "more" : "fewer"
  return [
    `The candidate answered ${Math.abs(rate.share * 100).toFixed(0)} % ${more} requests a second: its latencies are those of that load.`,
  ]
}

function stealNote({ runId, machine }: ComparedRun): string[] {
  const steal = machine?.steal ?? 0
  return steal > STEAL_WORTH_A_WORD ? [`During ${runId} ${shareText(steal)} of the CPU was stolen.`] : []
}
