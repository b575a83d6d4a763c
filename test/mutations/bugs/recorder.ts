import type { Bug } from "../bug.ts"

const SRC = "apps/loadctl/src"

type Guard = Pick<Bug, "id" | "guard"> & {
  file: string
  find: string
  replace: string
  test: [file: string, name: string]
}

/** What makes the recording and its witnesses worth trusting. */
const GUARDS: Guard[] = [
  {
    id: "recorded-p95-alone",
    guard: "a p95 that k6 has otherwise than it was recorded is a problem, though the counts agree",
    file: "stats/reconcile.ts",
    find: "if (Math.abs(recordedP95 - k6P95) <= tolerance * Math.max(recordedP95, k6P95)) return []",
    replace: "if (tolerance > 0) return []",
    test: ["src/stats/reconcile.test.ts", "reconcile > names a p95 that differs"],
  },
  {
    id: "missing-points-excused",
    guard: "InfluxDB may lack as many points as it merged, and no more",
    file: "stats/reconcile-influx.ts",
    find: "return ofAll ? missing === merged[metric] : missing >= 0 && missing <= merged[metric]",
    replace: "return missing >= 0",
    test: ["src/stats/reconcile-influx.test.ts", "reconcileInflux > names points that InfluxDB merged"],
  },
  {
    id: "chunk-unchecked",
    guard: "a chunk of a recording that is damaged ends it",
    file: "recorder/format.ts",
    find: "return payload.length === bytes && crc32(payload) === checksum",
    replace: "return payload.length === bytes && checksum >= 0",
    test: ["test/recorder.test.ts", "the recorder > leaves a prefix that can be read"],
  },
  {
    id: "recorder-open-to-all",
    guard: "the recorder takes samples from its own k6 only",
    file: "recorder/worker.ts",
    find: `url.pathname !== "/write" || url.searchParams.get("db") !== setup.secret`,
    replace: `url.pathname !== "/write"`,
    test: ["test/recorder.test.ts", "the recorder > answers nobody who does not know its address"],
  },
  {
    id: "newline-splits-point",
    guard: "a name with a newline is one point of k6",
    file: "recorder/line-protocol.ts",
    find: "while (end < body.length && !endsAsPoint(body, from, end)) {",
    replace: "while (end < 0 && !endsAsPoint(body, from, end)) {",
    test: ["src/recorder/line-protocol.test.ts", "pointsOf > takes a name with a newline"],
  },
  {
    id: "unanswered-forgotten",
    guard: "a user that had more time than any iteration took and did not finish was never answered",
    file: "stats/iterations.ts",
    find: "return waits.filter((ms) => generous || ms > stuckMs)",
    replace: "return waits.filter((ms) => !generous && ms > stuckMs)",
    test: ["src/stats/iterations.test.ts", "accountIterations > says of users with more time"],
  },
]

export const RECORDER_BUGS: readonly Bug[] = GUARDS.map(({ id, guard, file, find, replace, test }) => ({
  id,
  guard,
  patches: [{ file: `${SRC}/${file}`, find, replace }],
  tests: [{ file: `apps/loadctl/${test[0]}`, names: [test[1]] }],
}))
