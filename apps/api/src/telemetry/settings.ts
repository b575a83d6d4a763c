type Source = Record<string, string | undefined>

/**
 * Whether OpenTelemetry's standard variables ask for traces: an exporter that is named, or an endpoint to send them to.
 * Everything else that they may say (headers, sampler, batches, name) is read where it is used.
 */
export function wantsTraces(source: Source): boolean {
  if (source["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false
  const exporters = exportersOf(source)
  if (exporters.length > 0) return exporters.includes("otlp")
  return Boolean(source["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] || source["OTEL_EXPORTER_OTLP_ENDPOINT"])
}

/** What the variables ask for and the shop cannot do; each is worth a warning. */
export function unheeded(source: Source): string[] {
  const exporters = exportersOf(source).filter((name) => name !== "otlp" && name !== "none")
  const protocol = source["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] || source["OTEL_EXPORTER_OTLP_PROTOCOL"]
  return [
    ...exporters.map((name) => `OTEL_TRACES_EXPORTER: there is no ${name} here, only otlp`),
    ...(protocol && protocol !== "http/json"
      ? [`OTEL_EXPORTER_OTLP_PROTOCOL: http/json is sent, not ${protocol}`]
      : []),
  ]
}

const exportersOf = (source: Source): string[] =>
  (source["OTEL_TRACES_EXPORTER"] ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
