import { cpus } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"

import { cpuShares, readCpuTimes, readProcessTicks } from "../machine/cpu.ts"
import type { CpuTimes } from "../machine/cpu.ts"
import { watchDatabase } from "./database.ts"
import type { DatabaseLook, DatabaseWatch } from "./database.ts"
import { parseExposition } from "./exposition.ts"
import type { Scrape } from "./exposition.ts"
import { HEALTH_SCHEMA } from "./model.ts"
import type { Health, HealthSample, SignalMeaning } from "./model.ts"
import { apiSignals, resetSignals, workerSignals } from "./signals.ts"
import type { Reading } from "./signals.ts"
import { unreadText } from "./unread.ts"

const EVERY_MS = 1_000
const SCRAPE_TIMEOUT_MS = 3_000

/** Where to look; null is not to. */
export type HealthSources = {
  api: { url: URL; headers: Record<string, string> } | null
  workerUrl: string | null
  databaseUrl: string | null
  /** What loadctl.yaml reads besides: the target's own metrics, by the name of the signal. */
  signals: Readonly<Record<string, Reading & SignalMeaning>>
  /** Ends the wait for sources that do not answer. */
  signal: AbortSignal
}

export type Sampler = AsyncDisposable & { k6Started: (pid: number) => void; stop: () => Promise<Health> }

/** Samples every second until it is stopped; a source that does not answer is missing in that sample. */
export async function startSampling(sources: HealthSources): Promise<Sampler> {
  const stopping = new AbortController()
  const database = sources.databaseUrl ? await watchDatabase(sources.databaseUrl).catch(() => null) : null
  const meanings = Object.entries(sources.signals).map(
    ([name, { title, unit, cause }]) => [name, { title, unit, cause }] as const,
  )
  const signals = Object.fromEntries(meanings)
  const health: Health = { schema: HEALTH_SCHEMA, cores: cpus().length, samples: [], waits: {}, signals }
  let k6Pid: number | null = null
  const scraped: LastScrapes = { api: null, worker: null }
  const resets: Record<string, number[]> = {}
  const firstLook = look({ sources, database, k6Pid })
  const sampling = (async () => {
    let before = await firstLook
    while (!stopping.signal.aborted) {
      keepScrapes(scraped, before)
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      const after = await look({ sources, database, k6Pid })
      for (const name of resetsBetween(scraped, after, sources)) (resets[name] ??= []).push(after.at)
      health.samples.push(sampleOf(before, after, { cores: health.cores, sources, scraped }))
      for (const wait of after.database?.waits ?? []) health.waits[wait] = (health.waits[wait] ?? 0) + 1
      before = after
    }
    keepScrapes(scraped, before)
  })()
  const stop = async (): Promise<Health> => {
    stopping.abort()
    await sampling
    await database?.[Symbol.asyncDispose]()
    const unread = whyUnread(sources, health.samples, scraped)
    return {
      ...health,
      resets,
      read: whenRead(scraped),
      ...(Object.keys(unread).length === 0 ? {} : { unread }),
    }
  }
  // Growth during the load is counted from here: the load must not begin before.
  await firstLook
  return {
    k6Started: (pid) => {
      k6Pid = pid
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

type Look = {
  at: number
  api: Scrape | null
  scrapeMs: number
  worker: Scrape | null
  database: DatabaseLook | null
  cpu: CpuTimes | null
  k6Ticks: number | null
}

type Looking = { sources: HealthSources; database: DatabaseWatch | null; k6Pid: number | null }

async function look({ sources, database, k6Pid }: Looking): Promise<Look> {
  const { api, workerUrl, signal } = sources
  const began = performance.now()
  let scrapeMs = 0
  const [apiScrape, worker, sessions] = await Promise.all([
    api &&
      scrape(api.url, { headers: api.headers, signal }).finally(() => {
        scrapeMs = performance.now() - began
      }),
    workerUrl === null ? null : scrape(workerUrl, { headers: {}, signal }),
    database && database.look().catch(() => null),
  ])
  const cpu = readCpuTimes()
  const k6Ticks = k6Pid === null ? null : readProcessTicks(k6Pid)
  return { at: Date.now(), api: apiScrape, scrapeMs, worker, database: sessions, cpu, k6Ticks }
}

type ScrapeOptions = { headers: Record<string, string>; signal: AbortSignal }

async function scrape(url: string | URL, { headers, signal }: ScrapeOptions): Promise<Scrape | null> {
  try {
    const answer = await fetch(url, {
      headers,
      signal: AbortSignal.any([AbortSignal.timeout(SCRAPE_TIMEOUT_MS), signal]),
    })
    return answer.ok ? parseExposition(await answer.text()) : null
  } catch {
    return null
  }
}

/** The last scrape of each process that came to something: a counter that is missed once is not lost. */
type LastScrapes = Record<Reading["from"], { from: number; at: number; scrape: Scrape } | null>

function keepScrapes(scraped: LastScrapes, { at, api, worker }: Look): void {
  if (api) scraped.api = { from: scraped.api?.from ?? at, at, scrape: api }
  if (worker) scraped.worker = { from: scraped.worker?.from ?? at, at, scrape: worker }
}

function whenRead({ api, worker }: LastScrapes): NonNullable<Health["read"]> {
  return {
    ...(api && { api: { from: api.from, to: api.at } }),
    ...(worker && { worker: { from: worker.from, to: worker.at } }),
  }
}

/** Signals whose counter began again since it was last read. */
function resetsBetween(scraped: LastScrapes, after: Look, { signals }: HealthSources): string[] {
  return (["api", "worker"] as const).flatMap((from) => {
    const before = scraped[from]?.scrape ?? null
    return resetSignals({ before, after: after[from] }, signals, from)
  })
}

type Sampling = { cores: number; sources: HealthSources; scraped: LastScrapes }

function sampleOf(before: Look, after: Look, { cores, sources, scraped }: Sampling): HealthSample {
  const { signals } = sources
  const since = (last: LastScrapes["api"]) => ({
    before: last?.scrape ?? null,
    seconds: (after.at - (last?.at ?? before.at)) / 1_000,
  })
  const { busy } = cpuShares(before.cpu, after.cpu)
  const totalTicks = before.cpu && after.cpu ? after.cpu.total - before.cpu.total : 0
  const coresOf = (ticks: number | null) =>
    ticks === null || totalTicks <= 0 ? undefined : (ticks / totalTicks) * cores
  const k6 = before.k6Ticks !== null && after.k6Ticks !== null ? after.k6Ticks - before.k6Ticks : null
  const values = {
    ...workerSignals({ ...since(scraped.worker), after: after.worker }, signals),
    ...apiSignals({ ...since(scraped.api), after: after.api }, signals),
    ...after.database?.values,
    "api.scrape": after.api ? after.scrapeMs : undefined,
    "database.cpu": coresOf(databaseTicks(before.database, after.database)),
    "k6.cpu": coresOf(k6),
    "machine.busy": busy ?? undefined,
  }
  const known = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, name in signals ? value : rounded(value)] as const],
  )
  return { at: after.at, values: Object.fromEntries(known) }
}

/** For each signal of loadctl.yaml that is in no sample, what there was instead. */
function whyUnread(
  { api, workerUrl, signals }: HealthSources,
  samples: readonly HealthSample[],
  scraped: LastScrapes,
): Record<string, string> {
  const urls = { api: api?.url.href ?? null, worker: workerUrl }
  const unread = Object.entries(signals).filter(([name]) => !samples.some(({ values }) => name in values))
  return Object.fromEntries(
    unread.map(([name, reading]) => [
      name,
      unreadText(reading, { url: urls[reading.from], scrape: scraped[reading.from]?.scrape ?? null }),
    ]),
  )
}

/** CPU of the sessions that were there both times; one that came or went in between is too short to matter. */
function databaseTicks(before: DatabaseLook | null, after: DatabaseLook | null): number | null {
  if (!before || !after || after.ticks.size === 0) return null
  return [...after.ticks].reduce((sum, [pid, ticks]) => sum + ticks - (before.ticks.get(pid) ?? ticks), 0)
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
