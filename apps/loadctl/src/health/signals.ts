import { parseSelector, seriesOf, total } from "./exposition.ts"
import type { Scrape, Selector } from "./exposition.ts"
import type { Values } from "./model.ts"

export type Scraped = { before: Scrape | null; after: Scrape | null; seconds: number }

/** How a signal is read from a process's metrics: as it is, as growth per second or at all, or as a histogram's mean. */
export type Reading = {
  metric: string
  as: "gauge" | "rate" | "mean" | "increase"
  factor: number
  from: "api" | "worker"
}

/** The readings of loadctl.yaml by the name of the signal. */
export type Readings = Readonly<Record<string, Reading>>

/** What the ecosystem's own exporters call it: prom-client, Go's and Java's; the first that is there counts. */
const PROCESS = {
  cpu: [reading("process_cpu_seconds_total", "rate")],
  loopDelay: [reading("nodejs_eventloop_lag_p99_seconds", "gauge", 1_000)],
  cores: [reading("go_sched_gomaxprocs_threads", "gauge"), reading("system_cpu_count", "gauge")],
  gc: [
    reading("nodejs_gc_duration_seconds_sum", "rate"),
    reading("go_gc_duration_seconds_sum", "rate"),
    reading("jvm_gc_pause_seconds_sum", "rate"),
  ],
} as const

export function apiSignals(scraped: Scraped, configured: Readings): Values {
  const { cpu, loopDelay, cores, gc } = PROCESS
  return {
    ...known({
      "api.cpu": firstOf(cpu, scraped),
      "api.loopDelay": firstOf(loopDelay, scraped),
      "api.cores": firstOf(cores, scraped),
      "api.gc": firstOf(gc, scraped),
    }),
    ...configuredSignals(scraped, configured, "api"),
  }
}

export function workerSignals(scraped: Scraped, configured: Readings): Values {
  const { cpu, loopDelay } = PROCESS
  return {
    ...known({ "worker.cpu": firstOf(cpu, scraped), "worker.loopDelay": firstOf(loopDelay, scraped) }),
    ...configuredSignals(scraped, configured, "worker"),
  }
}

/** Names of the signals of one process that are growth, and whose counter began again in between. */
export function resetSignals(
  { before, after }: Omit<Scraped, "seconds">,
  configured: Readings,
  from: Reading["from"],
): string[] {
  return Object.entries(configured).flatMap(([name, one]) => {
    const isGrowth = one.from === from && one.as === "increase"
    return isGrowth && wasReset(parseSelector(one.metric), before, after) ? [name] : []
  })
}

function configuredSignals(scraped: Scraped, configured: Readings, from: Reading["from"]): Values {
  const own = Object.entries(configured).filter(([, one]) => one.from === from)
  return known(Object.fromEntries(own.map(([name, one]) => [name, read(one, scraped)])))
}

function reading(metric: string, as: Reading["as"], factor = 1): Reading {
  return { metric, as, factor, from: "api" }
}

function firstOf(readings: readonly Reading[], scraped: Scraped): number | undefined {
  return readings.map((one) => read(one, scraped)).find((value) => value !== undefined)
}

/** Undefined where the metric was not exported, or a histogram observed nothing: absent is not zero. */
function read({ metric, as, factor }: Reading, { before, after, seconds }: Scraped): number | undefined {
  const selector = parseSelector(metric)
  if (as === "gauge") return times(total(after, selector), factor)
  if (as === "rate") return times(growthOf(selector, before, after), factor / seconds)
  if (as === "increase") return times(increaseOf(selector, before, after), factor)
  const part = (suffix: string) => growthOf({ ...selector, name: selector.name + suffix }, before, after)
  const [sum, count] = [part("_sum"), part("_count")]
  return sum === undefined || count === undefined || count === 0 ? undefined : (sum / count) * factor
}

function times(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}

function growthOf(selector: Selector, before: Scrape | null, after: Scrape | null): number | undefined {
  const [from, to] = [total(before, selector), total(after, selector)]
  if (from === undefined || to === undefined || wasReset(selector, before, after)) return undefined
  return to - from
}

/** A counter that appears during the load has grown from zero; of one that began again, this is what was seen. */
function increaseOf(selector: Selector, before: Scrape | null, after: Scrape | null): number | undefined {
  const to = total(after, selector)
  if (before === null || to === undefined) return undefined
  return wasReset(selector, before, after) ? to : to - (total(before, selector) ?? 0)
}

const STARTED = parseSelector("process_start_time_seconds")
// Some exporters work it out of the machine's clock again at each look.
const STARTED_TOLERANCE_S = 1

/** Whether a counter began again: its process was started since, or a series of it fell or went away. */
function wasReset(selector: Selector, before: Scrape | null, after: Scrape | null): boolean {
  if (before === null || after === null) return false
  const [was, is] = [total(before, STARTED), total(after, STARTED)]
  if (was !== undefined && is !== undefined && Math.abs(is - was) > STARTED_TOLERANCE_S) return true
  return seriesOf(before, selector).some(([series, value]) => (after.get(series) ?? 0) < value)
}

function known(values: Record<string, number | undefined>): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )
}
