/** What each exit code of loadctl says; printed by `loadctl --help`. */
export const EXIT = {
  pass: 0,
  bug: 1,
  usage: 2,
  missing: 3,
  fail: 4,
  invalid: 5,
  interrupted: 130,
} as const

/** The code that a verdict ends with. */
export const VERDICT_EXIT = { PASS: EXIT.pass, FAIL: EXIT.fail, INVALID: EXIT.invalid } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A mistake or a lack that the user can do something about: shown as message and hint, never as a stack. */
export class LoadctlError extends Error {
  override readonly name = "LoadctlError"
  readonly exitCode: ExitCode
  readonly hint: string | undefined

  constructor(exitCode: ExitCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.exitCode = exitCode
    this.hint = options.hint
  }
}

const STACK_EXITS: ReadonlySet<unknown> = new Set([EXIT.usage, EXIT.missing, EXIT.interrupted])

/**
 * An error that is already explained to the user: ours, or one of a stack's provider, which may have classes of its
 * own. Those are known by their shape, an exit code with a hint.
 */
export function isExplained(
  error: unknown,
): error is Error & { exitCode: ExitCode; hint: string | undefined } {
  if (error instanceof LoadctlError) return true
  return error instanceof Error && "hint" in error && "exitCode" in error && STACK_EXITS.has(error.exitCode)
}

/** Bad flags or a bad config file: exit 2. */
export function usageError(message: string, hint?: string): LoadctlError {
  return new LoadctlError(EXIT.usage, message, hint === undefined ? {} : { hint })
}

/** A tool that is missing or a target that does not answer: exit 3. */
export function missingError(message: string, hint?: string): LoadctlError {
  return new LoadctlError(EXIT.missing, message, hint === undefined ? {} : { hint })
}

// No room, no right, no such folder, a file where a folder should be.
const CANNOT_WRITE = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "EFBIG",
  "ENOTDIR",
  "EEXIST",
  "ENOENT",
])

// What a system refuses, apart from what only a bug would ask of it.
const OTHER_REFUSALS =
  "EISDIR ELOOP EMFILE ENFILE ENOTEMPTY EBUSY ENAMETOOLONG ECONNREFUSED ECONNRESET EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ETIMEDOUT"
const SYSTEM_REFUSALS = new Set([...CANNOT_WRITE, ...OTHER_REFUSALS.split(" ")])

/** Whether the file system or the network refused, which its own words explain. */
export function isSystemRefusal(error: unknown): error is Error {
  return (
    error instanceof Error && "code" in error && "syscall" in error && SYSTEM_REFUSALS.has(String(error.code))
  )
}

/** Runs what writes below `folder`; a disk that refuses is a lack of the user's, not a bug: exit 3. */
export async function writing<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : ""
    if (!(error instanceof Error) || !CANNOT_WRITE.has(code)) throw error
    throw new LoadctlError(EXIT.missing, `Nothing can be saved in ${folder}: ${error.message}.`, {
      hint: "Runs are saved beside loadctl.yaml, in .loadctl; make room there, or make it writable.",
      cause: error,
    })
  }
}
