/** What one look at the evidence found. */
export type Findings = {
  /** Rules that were broken: FAIL, if the measurement holds. */
  broken: string[]
  /** Why the measurement itself is wrong: INVALID, whatever it shows. */
  untrusted: string[]
  /** What could not be known: INVALID, unless something else is known to be broken. */
  unknown: string[]
  warnings: string[]
}

export function noFindings(): Findings {
  return { broken: [], untrusted: [], unknown: [], warnings: [] }
}

export function mergeFindings(all: readonly Findings[]): Findings {
  return {
    broken: all.flatMap(({ broken }) => broken),
    untrusted: all.flatMap(({ untrusted }) => untrusted),
    unknown: all.flatMap(({ unknown }) => unknown),
    warnings: all.flatMap(({ warnings }) => warnings),
  }
}
