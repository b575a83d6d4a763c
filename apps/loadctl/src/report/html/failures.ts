import type { SampleSeries } from "../../recorder/recording.ts"
import { owedBy } from "@saleproof/sla/resolve.ts"
import { isSuccess } from "../../stats/measure.ts"
import type { MeasurePlan } from "../../stats/measure.ts"
import { concatColumns } from "../../stats/values.ts"

/** Failed requests of one endpoint that failed in the same way; `at` are seconds since the first request. */
export type FailureKind = { endpoint: string; kind: string; count: number; firstAt: number; lastAt: number }

/** The commonest first. What counts as a failure is what the SLA says, setup included. */
export function failureKinds(
  samples: readonly SampleSeries[],
  { sla }: Pick<MeasurePlan, "sla">,
  startMs: number,
): FailureKind[] {
  const failed = samples.filter(
    (series) => series.at.length > 0 && isAsked(series, sla) && !isSuccess(series, owedBy(sla, series.name)),
  )
  const grouped = Map.groupBy(failed, (series) => JSON.stringify([series.name, kindOf(series)]))
  return [...grouped.values()]
    .map((group) => {
      const at = concatColumns(group.map((series) => series.at)).toSorted()
      const seconds = (ms: number | undefined): number => ((ms ?? startMs) - startMs) / 1_000
      const [one] = group
      if (one === undefined) throw new Error("a group of failures is empty")
      return {
        endpoint: one.name,
        kind: kindOf(one),
        count: at.length,
        firstAt: seconds(at[0]),
        lastAt: seconds(at.at(-1)),
      }
    })
    .toSorted((a, b) => b.count - a.count)
}

/** HTTP requests always count; what k6 times besides only where an endpoint of the SLA asks for it. */
function isAsked({ name, metric }: SampleSeries, sla: MeasurePlan["sla"]): boolean {
  return metric === undefined || sla.endpoints[name]?.metric === metric
}

/** By number: https://grpc.io/docs/guides/status-codes/ */
const GRPC_CODES =
  "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED".split(
    " ",
  )

/** What k6's error codes mean: https://grafana.com/docs/k6/latest/javascript-api/error-codes/ */
const CODES: Record<string, string> = {
  1050: "the request timed out",
  1101: "no address for the host",
  1201: "broken pipe",
  1211: "connecting timed out",
  1212: "connection refused",
  1220: "connection reset by the server",
}

const RANGES: Record<string, string> = {
  10: "general error",
  11: "DNS error",
  12: "TCP error",
  13: "TLS error",
  16: "HTTP/2 error",
}

function kindOf({ metric, status, errorCode }: SampleSeries): string {
  if (metric === "grpc_req_duration") return `gRPC ${GRPC_CODES[Number(status)] ?? `code ${status}`}`
  if (status !== "" && status !== "0") return `HTTP ${status}`
  const meaning = CODES[errorCode] ?? RANGES[errorCode.slice(0, 2)] ?? "no answer"
  return errorCode === "" ? meaning : `${meaning} (k6 error ${errorCode})`
}
