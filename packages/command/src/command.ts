import { parseArgs } from "node:util"
import type { ParseArgsConfig } from "node:util"

import { StackError } from "@saleproof/stack/errors.ts"

import type { Io } from "./io.ts"

/** The exit codes that every command has; each adds its own above 3. */
export const EXIT = { ok: 0, usage: 2, missing: 3, interrupted: 130 } as const

/** The command line is wrong in a way that only its meaning shows: message and usage on stderr, exit 2. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

type Options = NonNullable<ParseArgsConfig["options"]>
type Parsed<Known extends Options> = NonNullable<ReturnType<typeof parse<Known>>>

/** The values of a command's flags. */
export type ValuesOf<Known extends Options> = Parsed<Known>["values"]

export type Command<Known extends Options> = {
  /** Printed for --help, with examples; --help itself is added. */
  usage: string
  options: Known
  /** What stands without a flag; refused where it is not true. */
  positionals?: boolean
  /** Answers the exit code. */
  run: (parsed: Pick<Parsed<Known>, "values" | "positionals">, io: Io) => Promise<number>
}

const HELP = { help: { type: "boolean", short: "h" } } as const

/**
 * Runs a command and answers its exit code: 0 for --help, 2 for a wrong command line, the error's own where something
 * is missing, 130 when it was interrupted. Rejects with what is a bug of the command.
 */
export async function runCommand<const Known extends Options>(
  { usage, options, positionals: allowPositionals = false, run }: Command<Known>,
  args: readonly string[],
  io: Io,
): Promise<number> {
  try {
    const parsed = parse({ args: [...args], options, allowPositionals })
    if (parsed) return await run(parsed, io)
    io.stdout(usage)
    return EXIT.ok
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr(`error: ${error.message}\n\n${usage}`)
      return EXIT.usage
    }
    if (io.interrupted.aborted) return EXIT.interrupted
    if (!(error instanceof StackError)) throw error
    io.stderr(`error: ${error.message}\n${error.hint ? `  → ${error.hint}\n` : ""}`)
    return error.exitCode
  }
}

type ParseOptions<Known> = { args: string[]; options: Known; allowPositionals: boolean }

/** Undefined when help is asked for; throws a UsageError that names an unknown flag. */
function parse<const Known extends Options>({ args, options, allowPositionals }: ParseOptions<Known>) {
  const known: Known & typeof HELP = { ...options, ...HELP }
  try {
    const parsed = parseArgs({ args, options: known, allowPositionals, tokens: true })
    const helps = parsed.tokens.some((token) => token.kind === "option" && token.name === "help")
    return helps ? undefined : parsed
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
