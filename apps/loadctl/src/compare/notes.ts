import { shareText } from "../sla/text.ts"
import { voidReason } from "./comparable.ts"
import type { Condition } from "./comparable.ts"
import type { EndpointComparison } from "./model.ts"
import type { ComparedRun } from "./runs.ts"

const STEAL_WORTH_A_WORD = 0.05
const RATE_WORTH_A_WORD = 0.1

export type Noted = {
  base: readonly ComparedRun[]
  candidate: readonly ComparedRun[]
  endpoints: readonly EndpointComparison[]
  allow: readonly Condition[]
}

/** What a comparison cannot know by itself and its reader should. */
export function notesOn({ base, candidate, endpoints, allow }: Noted): string[] {
  const scarce = endpoints.filter(({ verdict }) => verdict === "not-comparable").map(({ name }) => name)
  return [
    ...[...base, ...candidate].flatMap(voidNote),
    ...orderNote(base, candidate),
    ...rateNote(endpoints),
    ...(scarce.length > 0 ? [`Too few requests to compare: ${scarce.join(", ")}.`] : []),
    ...(allow.length > 0 ? [`Not checked, as asked: the same ${allow.join(", ")}.`] : []),
    ...[...base, ...candidate].flatMap(stealNote),
  ]
}

function voidNote(run: ComparedRun): string[] {
  return run.standing.counts ? [] : [`${run.runId} is void and left out: ${voidReason(run)}`]
}

/** Groups that did not take turns differ also by what changed on the machine in between. */
function orderNote(base: readonly ComparedRun[], candidate: readonly ComparedRun[]): string[] {
  if (base.length + candidate.length <= 2) return []
  const [before, after] = [base, candidate].map((side) => side.map(({ plan }) => Date.parse(plan.startedAt)))
  const apart = Math.max(...before!) < Math.min(...after!) || Math.max(...after!) < Math.min(...before!)
  return apart
    ? [
        "All runs of one side came before those of the other: what changed on the machine in between counts too.",
      ]
    : []
}

/** In a closed model, faster responses mean more requests per user: the faster side has more to do. */
function rateNote(endpoints: readonly EndpointComparison[]): string[] {
  const overall = endpoints.find(({ name }) => name === "overall")
  const rate = overall?.differences.find(({ metric }) => metric === "rate")
  if (!rate || rate.share === null || Math.abs(rate.share) < RATE_WORTH_A_WORD) return []
  const more = rate.share > 0 ? "more" : "fewer"
  return [
    `The candidate answered ${Math.abs(rate.share * 100).toFixed(0)} % ${more} requests per second: its latencies are those of that load.`,
  ]
}

function stealNote({ runId, machine }: ComparedRun): string[] {
  const steal = machine ? machine.steal : null
  return steal !== null && steal > STEAL_WORTH_A_WORD
    ? [`During ${runId} ${shareText(steal)} of the CPU was stolen.`]
    : []
}
