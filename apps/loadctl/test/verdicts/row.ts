import type { TargetOptions } from "./server.ts"

/** One planted situation and the only true verdict on it. */
export type VerdictRow = {
  /** What is planted, in a few words. */
  what: string
  /** The script after its imports: `http`, `check`, `sleep`, metrics, `exec` and `get(name, query)` are there. */
  script: string
  /** Written as loadctl.yaml over the defaults; `scenarios.main` is what is run. */
  config?: Record<string, unknown>
  target?: TargetOptions
  /** PASS is exit 0, FAIL 4, INVALID 5; a number is an exit code without a verdict. */
  verdict: "PASS" | "FAIL" | "INVALID" | 2 | 3
  /** Each must be in the reasons; for an exit code, in what stderr says. */
  says?: readonly (string | RegExp)[]
  /** None may be anywhere in the text of the run. */
  neverSays?: readonly (string | RegExp)[]
  /** Requests of each row that there must be, by name; `failed` where it is not 0. */
  rows?: Record<string, { n?: number; failed?: number; close?: boolean }>
  /** More that the JSON must match. */
  json?: Record<string, unknown>
  /** Writes to the InfluxDB of the tests as well, or to one that answers 401, or to one that never answers. */
  influx?: true | "refusing" | "unresponsive"
  /** Requests that the target must have got, and must not, as "METHOD /path". */
  asked?: readonly string[]
  neverAsked?: readonly string[]
  /** The run is compared with nothing: k6 does not measure what loadctl judges (cut-off users, a hold). */
  noCsv?: string
  env?: Record<string, string>
  /** Processors that loadctl and k6 may use, as taskset(1) has it. */
  processors?: string
}
