/** Durations of k6 that are no HTTP request, and may be judged as an endpoint. */
export const OTHER_METRICS = ["grpc_req_duration", "ws_connecting", "ws_session_duration"] as const
export type OtherMetric = (typeof OTHER_METRICS)[number]
