import type { Logger } from "./infra/logger.ts"

const STOP_WITHIN_MS = 9_000

type Stop = () => Promise<void>

/** Runs `stop` on the first SIGTERM or SIGINT; another signal, or 9 s, ends the process at once. */
export function stopOnSignal(logger: Logger, stop: Stop): void {
  let stopping = false
  async function onSignal(signal: NodeJS.Signals) {
    if (stopping) end(1)
    stopping = true
    setTimeout(end, STOP_WITHIN_MS, 1).unref()
    logger.info({ signal }, "stopping")
    try {
      await stop()
      logger.info("stopped")
    } catch (err) {
      logger.error({ err }, "an error while stopping")
      process.exitCode = 1
    }
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, (name) => void onSignal(name))
}

// oxlint-disable-next-line unicorn/no-process-exit -- a second signal or the time limit ends the process now
const end = (code: number) => process.exit(code)

/** Ends a start that failed: one line on stderr, and exit code 1. */
export const refuseToStart = (name: string) => (error: unknown) => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  const reason = cause instanceof Error ? ` (${cause.message.trim().split("\n").at(-1)})` : ""
  process.stderr.write(`saleproof ${name} cannot start: ${message}${reason}\n`)
  // What was opened may still be trying to connect.
  end(1)
}
