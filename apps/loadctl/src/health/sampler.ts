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
import { apiSignals, workerSignals } from "./signals.ts"
import type { Reading } from "./signals.ts"

const EVERY_MS = 1_000
const SCRAPE_TIMEOUT_MS = 3_000

/** Where to look; null is not to. */
export type HealthSources = {
  api: { url: URL; headers: Record<string, string> } | null
  workerUrl: string | null
  databaseUrl: string | null
  /** What loadctl.yaml reads besides: the target's own metrics, by the name of the signal. */
  signals: Readonly<Record<string, Reading & SignalMeaning>>
  /** Gives up waiting for whoever does not answer. */
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
  const sampling = (async () => {
    let before = await look({ sources, database, k6Pid })
    while (!stopping.signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      const after = await look({ sources, database, k6Pid })
      health.samples.push(sampleOf(before, after, { cores: health.cores, sources }))
      for (const wait of after.database?.waits ?? []) health.waits[wait] = (health.waits[wait] ?? 0) + 1
      before = after
    }
  })()
  const stop = async (): Promise<Health> => {
    stopping.abort()
    await sampling
    await database?.[Symbol.asyncDispose]()
    return health
  }
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

type Sampling = { cores: number; sources: HealthSources }

function sampleOf(before: Look, after: Look, { cores, sources }: Sampling): HealthSample {
  const { signals } = sources
  const seconds = (after.at - before.at) / 1_000
  const { busy } = cpuShares(before.cpu, after.cpu)
  const totalTicks = before.cpu && after.cpu ? after.cpu.total - before.cpu.total : 0
  const coresOf = (ticks: number | null) =>
    ticks === null || totalTicks <= 0 ? undefined : (ticks / totalTicks) * cores
  const k6 = before.k6Ticks !== null && after.k6Ticks !== null ? after.k6Ticks - before.k6Ticks : null
  const values = {
    ...workerSignals({ before: before.worker, after: after.worker, seconds }, signals),
    ...apiSignals({ before: before.api, after: after.api, seconds }, signals),
    ...after.database?.values,
    "api.scrape": after.api ? after.scrapeMs : undefined,
    "database.cpu": coresOf(databaseTicks(before.database, after.database)),
    "k6.cpu": coresOf(k6),
    "machine.busy": busy ?? undefined,
  }
  const known = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, rounded(value)] as const],
  )
  return { at: after.at, values: Object.fromEntries(known) }
}

/** CPU of the sessions that were there both times; one that came or went in between is too short to matter. */
function databaseTicks(before: DatabaseLook | null, after: DatabaseLook | null): number | null {
  if (!before || !after || after.ticks.size === 0) return null
  return [...after.ticks].reduce((sum, [pid, ticks]) => sum + ticks - (before.ticks.get(pid) ?? ticks), 0)
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
