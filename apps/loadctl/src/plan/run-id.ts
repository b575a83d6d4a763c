const SAFE_ID = /^[A-Za-z0-9._-]{1,128}$/

/** Ids go into tags, file names and queries, so they are held to characters that need no quoting in any of them. */
export function isSafeId(id: string): boolean {
  return SAFE_ID.test(id) && !/^\.+$/.test(id)
}

/** An id that sorts by time and says what ran: `20261122-181530-flow_300vus-3f9a`. */
export function newRunId(scenario: string, now: Date, suffix: string): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").split("T")
  return `${date}-${time}-${scenario}-${suffix}`
}
