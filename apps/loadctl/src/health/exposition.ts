/** Series of one scrape: name with labels → value, as they are written. */
export type Scrape = ReadonlyMap<string, number>

const LINE = /^([A-Za-z_:][\w:]*)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+(\S+)/
const LABEL = /(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"/g

/** Reads Prometheus' text exposition; what is no number is left out. */
export function parseExposition(text: string): Scrape {
  const series = new Map<string, number>()
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = LINE.exec(line) ?? []
    if (name !== undefined && Number.isFinite(Number(value))) series.set(`${name}${labels}`, Number(value))
  }
  return series
}

/** A metric with the labels that it must have: `http_requests_total{code="500"}`. */
export type Selector = { name: string; labels: ReadonlyMap<string, string> }

export function parseSelector(text: string): Selector {
  const brace = text.indexOf("{")
  if (brace < 0) return { name: text, labels: new Map() }
  return { name: text.slice(0, brace), labels: labelsOf(text.slice(brace)) }
}

/** The sum over all series of a metric that have these labels; undefined when there is none. */
export function total(scrape: Scrape | null, selector: Selector): number | undefined {
  const series = seriesOf(scrape, selector)
  return series.length === 0 ? undefined : series.reduce((sum, [, value]) => sum + value, 0)
}

/** The series of a metric that have these labels, each as it is written. */
export function seriesOf(scrape: Scrape | null, { name, labels }: Selector): [string, number][] {
  return [...(scrape ?? [])].filter(([series]) => {
    const isOurs = series === name || series.startsWith(`${name}{`)
    return isOurs && hasLabels(series.slice(name.length), labels)
  })
}

/** The names in a scrape, and the labels that its series of one name have, as they are written. */
export function namesIn(scrape: Scrape): string[] {
  return [...new Set([...scrape.keys()].map((series) => parseSelector(series).name))]
}

export function labelsIn(scrape: Scrape, name: string): string[] {
  return [...scrape.keys()].flatMap((series) =>
    series.startsWith(`${name}{`) ? [series.slice(name.length)] : [],
  )
}

function hasLabels(written: string, wanted: Selector["labels"]): boolean {
  if (wanted.size === 0) return true
  const own = labelsOf(written)
  return [...wanted].every(([label, value]) => own.get(label) === value)
}

function labelsOf(written: string): Map<string, string> {
  return new Map([...written.matchAll(LABEL)].map(([, label = "", value = ""]) => [label, value]))
}
