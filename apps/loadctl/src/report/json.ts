/** What `--format json` prints of anything: one document, whose shape a report names by `schema`. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
