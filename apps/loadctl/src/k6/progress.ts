/** How far k6 is, from the line it prints every second. */
export type K6Progress = {
  elapsedS: number
  vus: number
  maxVus: number
  iterations: number
  interrupted: number
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
