type Source = Record<string, string | undefined>

const EXPORTERS = new Set(["otlp"])

/**
 * Whether OpenTelemetry's standard variables ask for traces: an exporter that is named, or an endpoint to send them to.
 * Everything else that they may say (headers, sampler, batches, name) is read where it is used.
 */
export function wantsTraces(source: Source): boolean {
  if (source["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false
  const exporter = source["OTEL_TRACES_EXPORTER"]?.trim().toLowerCase()
  if (exporter) return exporter.split(",").some((name) => EXPORTERS.has(name.trim()))
  return Boolean(source["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] || source["OTEL_EXPORTER_OTLP_ENDPOINT"])
}
