import { askInflux } from "../influx/witness.ts"
import type { Witness } from "../influx/witness.ts"
import type { K6Summary } from "../k6/summary.ts"
import type { RunPlan } from "../plan/plan.ts"
import { countMerged } from "../recorder/merged.ts"
import type { Recorded } from "../recorder/messages.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { taggedFailures } from "../stats/failures.ts"
import type { InfluxState, Reconciled, RecorderFacts } from "../stats/model.ts"
import { ALL_REQUESTS, reconcile } from "../stats/reconcile.ts"
import { deliveryText, reconcileInflux } from "../stats/reconcile-influx.ts"
import type { TestTarget } from "./target.ts"

export type Witnesses = { influx: InfluxState; reconciliation: Reconciled[]; recorder: RecorderFacts }

export type WitnessOptions = {
  plan: RunPlan
  file: string
  samples: readonly SampleSeries[]
  recorded: Recorded
  summary: K6Summary | null
  testTarget: Pick<TestTarget, "influx" | "influxState">
  /** Whether k6 keeps histograms instead of samples. */
  histograms: boolean
  /** Gives up asking InfluxDB. */
  signal: AbortSignal
}

type Influxed = Pick<RecorderFacts, "merged" | "refusedWrites" | "problems" | "notes"> & {
  state: InfluxState
  witness: Witness | null
}

/** The recording beside k6's summary and InfluxDB. A recording that broke off is not compared. */
export async function compareWitnesses(options: WitnessOptions): Promise<Witnesses> {
  const { plan, samples, recorded, summary, histograms } = options
  const { totals, broken } = recorded
  const own = { samples, totals }
  const k6 = summary && broken === null ? reconcile(own, summary, { plan, histograms }) : null
  const influxed = await askSecondWitness(options)
  const witness = broken === null ? influxed.witness : null
  return {
    influx: influxed.state,
    reconciliation: (k6?.rows ?? []).map((row) => withInflux(row, witness, plan)),
    recorder: {
      requests: totals.requests,
      merged: influxed.merged,
      refusedWrites: influxed.refusedWrites,
      failed: { ...totals.failed, ...taggedFailures(samples) },
      folded: totals.folded,
      problems: [...(broken === null ? [] : [broken]), ...(k6?.problems ?? []), ...influxed.problems],
      notes: influxed.notes,
    },
  }
}

async function askSecondWitness(options: WitnessOptions): Promise<Influxed> {
  const { plan, file, samples, recorded, testTarget, signal } = options
  const { influx, influxState } = testTarget
  const { forwarded, totals, broken } = recorded
  const nothing = { merged: 0, refusedWrites: 0, problems: [], notes: [], witness: null }
  if (!influx || !forwarded) return { ...nothing, state: influxState }
  const refusedWrites = forwarded.refused.reduce((sum, { writes }) => sum + writes, 0)
  const delivery = { ...nothing, refusedWrites, ...deliveryText(forwarded) }
  if (broken !== null || forwarded.undelivered) return { ...delivery, state: awayBy(recorded) }
  try {
    const witness = await askInflux(influx.client, plan.runId, signal)
    const counted = () => countMerged(file)
    const compared = await reconcileInflux({ samples, totals }, witness, { forwarded, countMerged: counted })
    return {
      ...compared,
      problems: [...delivery.problems, ...compared.problems],
      notes: [...delivery.notes, ...compared.notes],
      state: influxState,
      witness,
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { ...delivery, state: { state: "away", text } }
  }
}

function awayBy({ forwarded, broken }: Recorded): InfluxState {
  return { state: "away", text: forwarded?.undelivered?.text ?? broken ?? "it was not asked" }
}

function withInflux(row: Reconciled, witness: Witness | null, { k6Scenarios }: RunPlan): Reconciled {
  if (!witness) return row
  if (row.name === ALL_REQUESTS) return { ...row, influxN: witness.all.n, influxP95: witness.all.p95 }
  const own = witness.endpoints.filter(
    ({ scenario, name }) => name === row.name && k6Scenarios.includes(scenario),
  )
  const [only] = own
  return {
    ...row,
    influxN: own.reduce((sum, { n }) => sum + n, 0),
    influxP95: own.length === 1 && only ? only.p95 : null,
  }
}
