/** What a metric was seen with: the values of each of its labels. */
export type Seen = Map<string, Map<string, Set<string>>>

// What Prometheus adds to every scraped sample.
const ADDED = ["instance", "job"]

/** Reads texts in Prometheus' format: every sample's name with its labels and their values. */
export function readMetrics(...texts: string[]): Seen {
  const seen: Seen = new Map()
  for (const line of texts.flatMap((text) => text.split("\n"))) {
    const [, name, labels = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? []
    if (name === undefined) continue
    const known = seen.get(name) ?? new Map(ADDED.map((label) => [label, new Set<string>()]))
    seen.set(name, known)
    for (const [, label = "", value = ""] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value))
    }
  }
  return seen
}
