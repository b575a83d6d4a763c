import type { SampleSeries } from "../recorder/recording.ts"

/** What the tags of requests say of failures, whatever the SLA lists. */
export type TaggedFailures = {
  /** Requests whose tags say that they failed. */
  tagged: number
  /** Requests that have neither the tag `status` nor `expected_response`. */
  untagged: number
}

/** By `expected_response`, and where that is missing by the status, as k6 decides without a callback of the script. */
export function taggedFailures(samples: readonly SampleSeries[]): TaggedFailures {
  const counts = { tagged: 0, untagged: 0 }
  for (const { status, expected, expectedTag, ms } of samples) {
    const byStatus = Number(status) >= 200 && Number(status) < 400
    if (expectedTag === false && status === "") counts.untagged += ms.length
    else if (!(expectedTag === false ? byStatus : expected)) counts.tagged += ms.length
  }
  return counts
}
