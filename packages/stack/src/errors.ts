const EXIT_MISSING = 3
const EXIT_INTERRUPTED = 130

/** Something that the user can put right: shown as message and hint, with the exit code of the command. */
export class StackError extends Error {
  override readonly name = "StackError"
  readonly exitCode: typeof EXIT_MISSING | typeof EXIT_INTERRUPTED
  readonly hint: string | undefined

  constructor(message: string, options: { hint?: string; cause?: unknown; interrupted?: boolean } = {}) {
    super(message, { cause: options.cause })
    this.exitCode = options.interrupted ? EXIT_INTERRUPTED : EXIT_MISSING
    this.hint = options.hint
  }
}

/** The user pressed Ctrl-C, or the process got SIGTERM: exit 130. */
export function interruptedError(): StackError {
  return new StackError("Interrupted.", { interrupted: true })
}
