import type { ExitCode } from "./errors.ts"

/** Everything of the process that a command may touch, so that tests can stand in for it. */
export type Io = {
  /** What was typed after the program's name. */
  argv: readonly string[]
  /** Data: one call per finished text, the newline included. */
  stdout: (text: string) => void
  /** Progress and explanations. */
  stderr: (text: string) => void
  env: NodeJS.ProcessEnv
  cwd: string
  stdoutIsTTY: boolean
  /** Of the terminal; absent where stdout is none. */
  stdoutColumns?: number
  stderrIsTTY: boolean
  /** Asks the person at the terminal; undefined where there is no terminal. */
  ask?: (question: string) => Promise<string>
  /** For what redraws itself on a terminal; anything else goes through `stderr`. */
  stderrStream: NodeJS.WriteStream
  /** Aborted by the first Ctrl-C or SIGTERM, or when the output is closed: stop gracefully, save, report. */
  interrupted: AbortSignal
  /** Aborted by the second one: stop at once. */
  killed: AbortSignal
  /** The code the process ends with once everything is closed. */
  setExitCode: (code: ExitCode) => void
}

/** Color on that stream: a terminal, and the user did not say no. See https://no-color.org. */
export function wantsColor(io: Io, stream: "stdout" | "stderr"): boolean {
  if (io.env["NO_COLOR"]) return false
  if (io.env["FORCE_COLOR"]) return true
  return stream === "stdout" ? io.stdoutIsTTY : io.stderrIsTTY
}
