export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
export const milliseconds = (ms: number | null): string => (ms === null ? "-" : `${Math.round(ms)} ms`)
/** In the unit that reads best; what did not end took for ever. */
export function duration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "never"
  return ms < 1_000 ? milliseconds(ms) : seconds(ms)
}

export const percent = (share: number | null): string =>
  share === null ? "unknown" : `${(100 * share).toFixed(1)} %`

export const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1)
