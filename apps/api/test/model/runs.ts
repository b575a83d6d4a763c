import * as fc from "fast-check"

// oxlint-disable-next-line node/no-process-env -- a setting of the run of tests, read only here
const asked = Number(process.env["MODEL_RUNS"] ?? 0)

const RUNS = 200
const SHRINK_WITHIN_MS = 20_000

/** For one property, in ms; shrinking a failure takes its time. */
export const RUNS_TIMEOUT_MS = asked > 0 ? 3_600_000 : 60_000

/** What to try, and for how long, in ms. */
type Tried<Value> = { values: fc.Arbitrary<Value>; withinMs: number }

/**
 * Tries a property for a time, or MODEL_RUNS times however long that takes, and answers how often it did. A
 * failure prints the seed and the path that repeat it. A run is never left half done: the next test needs the shop.
 */
export async function tryRuns<Value>(
  { values, withinMs }: Tried<Value>,
  check: (value: Value) => Promise<void>,
) {
  let until = asked > 0 ? Infinity : performance.now() + withinMs
  let tried = 0
  let failed = false
  async function run(value: Value) {
    if (performance.now() > until) return
    tried++
    try {
      await check(value)
    } catch (error) {
      if (!failed) until = performance.now() + SHRINK_WITHIN_MS
      failed = true
      throw error
    }
  }
  await fc.assert(fc.asyncProperty(values, run), {
    numRuns: asked > 0 ? asked : RUNS,
    verbose: fc.VerbosityLevel.Verbose,
  })
  return tried
}
