/** What a k6 exit code means for a run; see errext/exitcodes in k6's source. */
export type K6Exit =
  | { kind: "finished"; thresholdsFailed: boolean }
  | { kind: "interrupted" }
  /** The script called test.fail(): its own verdict. */
  | { kind: "failed"; text: string }
  /** k6 refused the script or its options: nothing ran. */
  | { kind: "refused"; text: string }
  /** It ran, but not to its planned end. */
  | { kind: "broken"; text: string }
  /** k6 did not end by itself: what it kept back is lost. */
  | { kind: "crashed"; text: string }

const BROKEN = new Map([
  [97, "the cloud run failed"],
  [98, "the cloud progress could not be read"],
  [100, "setup() took too long"],
  [101, "teardown() took too long"],
  [102, "a timeout"],
  [103, "stopped through its REST API"],
  [106, "its REST API could not start"],
  [107, "an exception in the script"],
  [108, "the script called test.abort()"],
])

export function readK6Exit(code: number | null): K6Exit {
  if (code === 0 || code === 99) return { kind: "finished", thresholdsFailed: code === 99 }
  if (code === 105) return { kind: "interrupted" }
  if (code === 110) return { kind: "failed", text: "The script marked the run as failed (exit 110)" }
  if (code === 104) return { kind: "refused", text: "k6 refused the script or its options (exit 104)" }
  if (code === null) return { kind: "crashed", text: "k6 was killed" }
  if (code === 109) return { kind: "crashed", text: "k6 itself crashed (exit 109)" }
  return { kind: "broken", text: `k6 stopped with exit ${code}: ${BROKEN.get(code) ?? "an unknown reason"}` }
}
