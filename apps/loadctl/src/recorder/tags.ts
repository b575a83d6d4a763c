import type { SampleSeries } from "./recording.ts"

/** What of a request's tags decides how it is judged; `tags` as InfluxDB or k6 have them. */
export function describeTags(tags: Record<string, string>): Omit<SampleSeries, "at" | "ms"> {
  const { expected_response: expected } = tags
  return {
    scenario: tags["scenario"] ?? "",
    phase: tags["phase"] ?? "",
    name: tags["name"] ?? "",
    status: tags["status"] ?? "",
    expected: expected !== "false",
    expectedTag: expected !== undefined && expected !== "",
    errorCode: tags["error_code"] ?? "",
  }
}
