// Numbers, UUIDs, hashes and other ids: what differs from request to request and is no part of the route.
const ID = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?=.*\d)[\w~-]{20,})$/i
const URL_SHAPED = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)/i
// So many different words in one place of a path are values, not routes.
const MOST_WORDS = 20

/** Whether k6 named a request by its URL, because the script gave it no name. */
export function isUrl(name: string): boolean {
  return URL_SHAPED.test(name)
}

/** `http://host/users/17?page=2` → `http://host/users/:id`; any other name as it is. */
export function patternOf(name: string): string {
  const [, origin, path] = URL_SHAPED.exec(name) ?? []
  if (origin === undefined || path === undefined) return name
  return (
    origin +
    path
      .split("/")
      .map((part) => (ID.test(part) ? ":id" : part))
      .join("/")
  )
}

/**
 * The row that each name belongs to. Names that are URLs share one where they differ by ids or query only, or in one
 * place of their path by too many words; a name that is kept (the SLA's) stays.
 */
export function foldNames(names: Iterable<string>, kept: ReadonlySet<string>): Map<string, string> {
  const folded = new Map([...names].map((name) => [name, name]))
  const urls = [...folded.keys()].filter((name) => isUrl(name) && !kept.has(name))
  if (urls.length < 2) return folded
  const patterns = Map.groupBy(urls, patternOf)
  const rows = foldWords([...patterns.keys()])
  for (const [pattern, members] of patterns) {
    const row = rows.get(pattern)!
    const alone = members.length === 1 && row === pattern
    for (const name of members) folded.set(name, alone ? name : row)
  }
  return folded
}

/** Replaces, from left to right, each place of a path that has too many words after the same beginning. */
function foldWords(patterns: readonly string[]): Map<string, string> {
  const rows = new Map(patterns.map((pattern) => [pattern, pattern.split("/")]))
  const depth = Math.max(...[...rows.values()].map((parts) => parts.length))
  // "http:", "", "host" come first.
  for (let place = 3; place < depth; place += 1) {
    const sharing = Map.groupBy(
      [...rows.values()].filter((parts) => parts.length > place),
      (parts) => JSON.stringify([parts.length, parts.slice(0, place)]),
    )
    for (const group of sharing.values()) {
      if (new Set(group.map((parts) => parts[place])).size <= MOST_WORDS) continue
      for (const parts of group) parts[place] = ":id"
    }
  }
  return new Map([...rows].map(([pattern, parts]) => [pattern, parts.join("/")]))
}
