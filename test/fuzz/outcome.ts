import { z } from "zod"

/** What the fuzzer says of a run, as far as it is used here. */
export const FuzzerReport = z.object({
  schemathesis_version: z.string(),
  seed: z.number(),
  running_time: z.number(),
  stop_reason: z.string(),
  operations: z.object({ selected: z.number(), tested: z.number() }),
  test_cases: z.object({ generated: z.number() }),
  failures: z.array(
    z.object({ code: z.string(), title: z.string(), count: z.number(), operations: z.array(z.string()) }),
  ),
  errors: z.array(z.unknown()),
})
export type FuzzerReport = z.infer<typeof FuzzerReport>

const LogLine = z.object({ level: z.string(), msg: z.string().optional() })

export type Aftermath = {
  /** Exit code of the fuzzer; undefined when it had to be ended. */
  exitCode: number | undefined
  report: FuzzerReport | undefined
  /** Log of the API during the run. */
  log: string
  /** Whether the API answered afterwards. */
  alive: boolean
  /** Invariants that the audit found violated; undefined when it did not answer. */
  violated: readonly string[] | undefined
}

/** Everything that should not have come of it, one line each. */
export function findingsOf({ exitCode, report, log, alive, violated }: Aftermath): string[] {
  const found = [
    ...(report ? saidByFuzzer(report) : ["the fuzzer left no report"]),
    ...new Set(badLines(log).map((line) => `the API logged ${line}`)),
    ...(alive ? [] : ["the API does not answer any more"]),
    ...(violated?.map((id) => `the audit found ${id} violated`) ?? ["the audit does not answer any more"]),
  ]
  if (found.length > 0 || exitCode === 0) return found
  return [`the fuzzer ended with ${exitCode ?? "its time over"}`]
}

const saidByFuzzer = ({ failures, errors }: FuzzerReport): string[] => [
  ...failures.map(
    ({ code, title, count, operations }) => `${code} ${title}: ${count} in ${operations.join(", ")}`,
  ),
  ...errors.map((error) => `the fuzzer could not go on: ${JSON.stringify(error)}`),
]

/** What is worse than a warning, and whatever shows a stack or a statement at level info. */
function badLines(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const { level, msg = "" } = readLine(line)
      if (level === "error" || level === "fatal") return [`${level}: ${msg}`]
      const leaks =
        level === "info" && /\n\s+at |\\n\s+at |\b(SELECT|INSERT|UPDATE) .*\b(FROM|INTO|SET)\b/.test(line)
      return leaks ? [`a stack or SQL at level info: ${msg}`] : []
    })
}

function readLine(line: string): z.infer<typeof LogLine> {
  try {
    return LogLine.parse(JSON.parse(line))
  } catch {
    return { level: "error", msg: line.slice(0, 200) }
  }
}
