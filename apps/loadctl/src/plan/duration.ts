import assert from "node:assert/strict"

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/

/** Milliseconds of a duration as k6 writes them ("1m30s", "500ms"), or null when it is none. */
export function parseDuration(text: string): number | null {
  if (!DURATION.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * UNIT_MS[unit!]!
  }
  return total
}

/** Milliseconds of a duration that was checked when the file was read. */
export function durationMs(text: string): number {
  const ms = parseDuration(text)
  assert(ms !== null, `${text} was accepted as a duration`)
  return ms
}

/** "850ms", "12s", "2m05s": short, for people. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds}s`
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`
}
