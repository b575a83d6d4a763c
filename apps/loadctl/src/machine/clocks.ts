/** How far other clocks are ahead of this machine's, in ms; null where it is unknown. */
export type Clocks = {
  target: number | null
  influx: number | null
  /** How far this machine's own clock was set forward while k6 ran. */
  set: number
}

const TIMEOUT_MS = 2_000
// The Date header has whole seconds, so on the average it is half a second behind.
const TRUNCATED_MS = 500

/** The offset of a server's clock by the Date header of its answer, within half a second and half the round trip. */
export async function readClockOffset(url: string | URL): Promise<number | null> {
  try {
    const before = Date.now()
    const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) })
    return clockOffset(answer.headers.get("date"), { before, after: Date.now() })
  } catch {
    return null
  }
}

export function clockOffset(date: string | null, { before, after }: { before: number; after: number }) {
  const theirs = Date.parse(date ?? "")
  return Number.isNaN(theirs) ? null : theirs + TRUNCATED_MS - (before + after) / 2
}
