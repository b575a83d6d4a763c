import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const SRC = "apps/loadctl/src"

/** What makes the recording and its witnesses worth trusting. */
export const RECORDER_BUGS: Bug[] = [
  bug(
    "recorded-p95-alone",
    "a p95 that k6 has otherwise than it was recorded is a problem, though the counts agree",
  )
    .replacing(
      `${SRC}/stats/reconcile.ts`,
      "if (Math.abs(recordedP95 - k6P95) <= tolerance * Math.max(recordedP95, k6P95)) return []",
      "if (tolerance > 0) return []",
    )
    .caughtBy("apps/loadctl/src/stats/reconcile.test.ts", "reconcile > names a p95 that differs"),
  bug("missing-points-excused", "InfluxDB may lack as many points as it merged, and no more")
    .replacing(
      `${SRC}/stats/reconcile-influx.ts`,
      "return ofAll ? missing === merged[metric] : missing >= 0 && missing <= merged[metric]",
      "return missing >= 0",
    )
    .caughtBy(
      "apps/loadctl/src/stats/reconcile-influx.test.ts",
      "reconcileInflux > names points that InfluxDB merged",
    ),
  bug("chunk-unchecked", "a chunk of a recording that is damaged ends it")
    .replacing(
      `${SRC}/recorder/format.ts`,
      "return payload.length === bytes && crc32(payload) === checksum",
      "return payload.length === bytes && checksum >= 0",
    )
    .caughtBy("apps/loadctl/test/recorder.test.ts", "the recorder > leaves a prefix that can be read"),
  bug("recorder-open-to-all", "the recorder takes samples from its own k6 only")
    .replacing(
      `${SRC}/recorder/worker.ts`,
      `url.pathname !== "/write" || url.searchParams.get("db") !== secret`,
      `url.pathname !== "/write"`,
    )
    .caughtBy(
      "apps/loadctl/test/recorder.test.ts",
      "the recorder > answers nobody who does not know its address",
    ),
  bug("newline-splits-point", "a name with a newline is one point of k6")
    .replacing(
      `${SRC}/recorder/line-protocol.ts`,
      "while (end < body.length && !endsAsPoint(body, from, end)) {",
      "while (end < 0 && !endsAsPoint(body, from, end)) {",
    )
    .caughtBy("apps/loadctl/src/recorder/line-protocol.test.ts", "pointsOf > takes a name with a newline"),
  bug(
    "unanswered-forgotten",
    "a user that had more time than any iteration took and did not finish was never answered",
  )
    .replacing(
      `${SRC}/stats/iterations.ts`,
      "return waits.filter((ms) => generous || ms > stuckAfter(input))",
      "return waits.filter((ms) => !generous && ms > stuckAfter(input))",
    )
    .caughtBy(
      "apps/loadctl/src/stats/iterations.test.ts",
      "accountIterations > says of users with more time",
    ),
]
