/** Series of one scrape: name with labels → value, as they are written. */
export type Scrape = ReadonlyMap<string, number>

const LINE = /^([A-Za-z_:][\w:]*)(\{[^}]*\})? (\S+)/

/** Reads Prometheus' text exposition; what is no number is left out. */
export function parseExposition(text: string): Scrape {
  const series = new Map<string, number>()
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = LINE.exec(line) ?? []
    if (name !== undefined && Number.isFinite(Number(value))) series.set(`${name}${labels}`, Number(value))
  }
  return series
}

/** The sum over all labels of a metric; undefined when there is none. */
export function total(scrape: Scrape | null, name: string): number | undefined {
  let sum: number | undefined
  for (const [series, value] of scrape ?? []) {
    if (series === name || series.startsWith(`${name}{`)) sum = (sum ?? 0) + value
  }
  return sum
}
