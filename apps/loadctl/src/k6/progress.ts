/** How far k6 is, from the line it prints every second. */
export type K6Progress = {
  elapsedS: number
  vus: number
  maxVus: number
  iterations: number
  interrupted: number
  /** How much of its scenarios' time is over, 0 to 1, as of a second ago; absent where k6 does not say. */
  share?: number
}

const BAR = /^(\S+) +\[ *(\d+)% \]/

/** Reads "readers   [  25% ] 4 VUs  1.0s/4s"; null for any other line. */
export function parseBar(line: string): { scenario: string; share: number } | null {
  const [, scenario, percent] = BAR.exec(line) ?? []
  return scenario === undefined ? null : { scenario, share: Number(percent) / 100 }
}

/** The share of all scenarios together: the one that has most to go decides when the load ends. */
export function shareOf(shares: ReadonlyMap<string, number>): { share?: number } {
  return shares.size === 0 ? {} : { share: Math.min(...shares.values()) }
}

const RUNNING =
  /^running \((?:(\d+)h)?(?:(\d+)m)?([\d.]+)s\), (\d+)\/(\d+) VUs, (\d+) complete and (\d+) interrupted iterations/

/** Reads "running (1m02.0s), 5/10 VUs, 7 complete and 0 interrupted iterations"; null for any other line. */
export function parseProgress(line: string): K6Progress | null {
  const match = RUNNING.exec(line)
  if (!match) return null
  const [hours, minutes, seconds, vus, maxVus, iterations, interrupted] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  return {
    elapsedS: hours! * 3_600 + minutes! * 60 + seconds!,
    vus: vus!,
    maxVus: maxVus!,
    iterations: iterations!,
    interrupted: interrupted!,
  }
}
