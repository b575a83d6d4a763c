import { goRuntime } from "@saleproof/stack/go.ts"

// Each of these would change the load or the script's thresholds, keep the script's variables from it, hide points from
// the reading of them, leave something of the summary out, or keep k6 from ending.
const FOREIGN = [
  "K6_VUS",
  "K6_DURATION",
  "K6_ITERATIONS",
  "K6_STAGES",
  "K6_EXECUTION_SEGMENT",
  "K6_EXECUTION_SEGMENT_SEQUENCE",
  "K6_RPS",
  "K6_MIN_ITERATION_DURATION",
  "K6_NO_SETUP",
  "K6_NO_TEARDOWN",
  "K6_PAUSED",
  "K6_LINGER",
  "K6_TYPE",
  "K6_CONFIG",
  "K6_INCLUDE_SYSTEM_ENV_VARS",
  "K6_THRESHOLDS",
  "K6_NO_THRESHOLDS",
  "K6_TAGS",
  "K6_SYSTEM_TAGS",
  "K6_OUT",
  // No option in the address of an output wins over it.
  "K6_INFLUXDB_PROXY",
  "K6_SUMMARY_MODE",
  "K6_NEW_MACHINE_READABLE_SUMMARY",
]

// Without it, the tag of the run would replace the tags of the script.
const MERGE_TAGS = "merge-run-tags"

/** Variables of the shell that k6 would obey although the plan says otherwise. */
export function foreignVariables(env: NodeJS.ProcessEnv): string[] {
  return FOREIGN.filter((name) => env[name])
}

/** What k6 inherits: the shell's variables without the foreign ones, and what keeps it from surprises. */
export function inheritedByK6(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.includes(name)))
  return {
    // Two runs at once would fight for the dashboard's port, and k6 waits for a browser that is still looking.
    K6_WEB_DASHBOARD_PORT: "-1",
    ...own,
    ...goRuntime(env),
    K6_FEATURES: [env["K6_FEATURES"], MERGE_TAGS].filter(Boolean).join(","),
    K6_NO_USAGE_REPORT: "true",
  }
}

/** The same for a k6 that loadctl does not start. */
export const K6_ELSEWHERE = { K6_FEATURES: MERGE_TAGS } as const
