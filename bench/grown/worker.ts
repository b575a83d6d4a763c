import { setTimeout as sleep } from "node:timers/promises"

import { cpuSeconds, readMetric } from "../environment/metrics.ts"

const SAMPLE_EVERY_MS = 500
const MEGABYTE = 1_000_000

/** Watches the memory of the worker until `maxMb` is asked for. */
export function watchMemory(metricsUrl: string) {
  const stopped = new AbortController()
  let max = 0
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      max = Math.max(max, await readMetric(metricsUrl, "process_resident_memory_bytes"))
      await sleep(SAMPLE_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  return {
    async maxMb(): Promise<number> {
      stopped.abort()
      await watching
      return max / MEGABYTE
    },
  }
}

/** What the idle worker takes of a core. */
export async function idleCpu(metricsUrl: string, forMs: number): Promise<number> {
  const before = { cpu: await cpuSeconds(metricsUrl), at: performance.now() }
  await sleep(forMs)
  const cpu = (await cpuSeconds(metricsUrl)) - before.cpu
  return cpu / ((performance.now() - before.at) / 1_000)
}
