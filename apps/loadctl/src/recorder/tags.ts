import { OTHER_METRICS } from "@saleproof/sla/metrics.ts"
import type { OtherMetric } from "@saleproof/sla/metrics.ts"
import type { SampleSeries } from "./recording.ts"

// A row without a name could not be read; k6 leaves it out where the script's system tags do, or it is empty.
const NO_NAME = "(no name)"

/**
 * What of a request's tags decides how it is judged; `tags` as InfluxDB or k6 have them. `judged` is false where k6
 * judged no answer, so that its tag `expected_response` is the script's own.
 */
export function describeTags(
  tags: Record<string, string>,
  { judged = true }: { judged?: boolean } = {},
): Omit<SampleSeries, "at" | "ms"> {
  const expected = judged ? tags["expected_response"] : undefined
  return {
    scenario: tags["scenario"] ?? "",
    phase: tags["phase"] ?? "",
    name: tags["name"] ? tags["name"] : NO_NAME,
    status: tags["status"] ?? "",
    expected: expected !== "false",
    expectedTag: expected !== undefined && expected !== "",
    errorCode: tags["error_code"] ?? "",
  }
}

export function isOtherMetric(metric: string): metric is OtherMetric {
  return (OTHER_METRICS as readonly string[]).includes(metric)
}

// As k6 tags what went well: the code of gRPC's OK, and of HTTP's switch to WebSocket.
const SUCCESS = { grpc_req_duration: "0", ws_connecting: "101", ws_session_duration: "101" } as const

/** The same of what is no HTTP request; k6 gives a connection that failed no status. */
export function describeOther(
  metric: OtherMetric,
  tags: Record<string, string>,
): Omit<SampleSeries, "at" | "ms"> {
  return { ...describeTags(tags), metric, expected: tags["status"] === SUCCESS[metric], expectedTag: true }
}
