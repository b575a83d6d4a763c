import type { Measurement, Reconciled } from "../stats/model.ts"
import type { Evidence } from "./judge.ts"
import { readK6Exit } from "../k6/exits.ts"
import { countText, shareText } from "./text.ts"

// Beyond this, points were lost or counted twice, and percentiles of what is left mean nothing.
const COUNT_TOLERANCE = 0.005
// A generator that has no CPU left measures its own queue, not the server's.
const STARVED_SHARE = 0.8
const STEAL_WORTH_A_WORD = 0.05

/** Why the measurement itself cannot be trusted, and what is worth knowing about it. */
export function doubts({ plan, measurement, audit, stopped }: Evidence) {
  const doubtful: string[] = []
  const warnings: string[] = []
  if (stopped !== null) doubtful.push(stopped)
  else if (!measurement) doubtful.push("Nothing was measured.")
  if (measurement) {
    doubtful.push(...k6Doubts(measurement), ...sourceDoubts(measurement), ...generatorDoubts(measurement))
    if (measurement.k6.droppedIterations > plan.sla.droppedIterations) {
      doubtful.push(
        `k6 dropped ${countText(measurement.k6.droppedIterations, "iteration")}: the planned load was not offered.`,
      )
    }
    warnings.push(...sourceWarnings(measurement))
  }
  if (!audit && !stopped) doubtful.push("There was no audit.")
  if (plan.scale !== 1)
    warnings.push(`Every duration was scaled by ${plan.scale}: not comparable with a full run.`)
  return { broken: [], doubtful, warnings }
}

function k6Doubts({ k6 }: Measurement): string[] {
  const exit = readK6Exit(k6.exitCode)
  const said = k6.errors.at(-1)
  const texts: string[] = []
  if (exit.kind === "broken" || exit.kind === "refused") texts.push(`${exit.text}${said ? `: ${said}` : ""}.`)
  if (exit.kind === "interrupted") texts.push("k6 was interrupted before its time.")
  if (!k6.summary) texts.push("k6 left no summary.")
  return texts
}

/** With InfluxDB away, its lost writes are the lesser news: k6's own summary has every request. */
function sourceDoubts({ influx, k6, reconciliation }: Measurement): string[] {
  if (influx.state !== "ok") return []
  const lost =
    k6.lostWrites > 0 ? [`InfluxDB refused ${countText(k6.lostWrites, "write")} of k6's points.`] : []
  return [...lost, ...reconciliation.filter(differs).map(differenceText)]
}

/** Whether two counts of the same requests are too far apart to be the same requests. */
function differs({ influxN, k6N }: Pick<Reconciled, "influxN" | "k6N">): boolean {
  return Math.abs(influxN - k6N) > COUNT_TOLERANCE * Math.max(influxN, k6N)
}

function differenceText({ name, influxN, k6N }: Reconciled): string {
  return `${name}: InfluxDB has ${influxN.toLocaleString("en-US")} requests, k6 counted ${k6N.toLocaleString("en-US")}.`
}

function generatorDoubts({ machine }: Measurement): string[] {
  if (machine.k6 === null || machine.k6 <= STARVED_SHARE) return []
  return [
    `k6 alone used ${shareText(machine.k6)} of the CPU: it was short of it, and latencies are its own too.`,
  ]
}

function sourceWarnings({ influx, k6, machine }: Measurement): string[] {
  const warnings: string[] = []
  if (influx.state === "away")
    warnings.push(`InfluxDB did not answer (${influx.text}): the verdict is from k6's summary alone.`)
  if (influx.state === "off")
    warnings.push("No InfluxDB is configured: the verdict is from k6's summary alone.")
  if (influx.state === "ok" && k6.slowFlushes > 0) {
    warnings.push(`k6 was late writing to InfluxDB ${countText(k6.slowFlushes, "time")}.`)
  }
  if ((machine.steal ?? 0) > STEAL_WORTH_A_WORD) {
    warnings.push(`${shareText(machine.steal ?? 0)} of the CPU was stolen by other guests of this machine.`)
  }
  return warnings
}
