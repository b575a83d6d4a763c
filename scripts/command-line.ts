import process from "node:process"
import { parseArgs } from "node:util"
import type { ParseArgsConfig } from "node:util"

const HELP = { help: { type: "boolean", short: "h" } } as const

/** The flags of a command; or the exit code, once the usage was asked for and printed, or a wrong flag was named. */
export function readCommandLine<const Known extends NonNullable<ParseArgsConfig["options"]>>(
  usage: string,
  known: Known,
) {
  try {
    const options: Known & typeof HELP = { ...known, ...HELP }
    const { values, tokens } = parseArgs({ options, tokens: true })
    if (!tokens.some((token) => token.kind === "option" && token.name === "help")) return values
    process.stdout.write(usage)
    return 0
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error), usage)
  }
}

/** Says what is wrong with the command line and how it is used; answers the exit code. */
export function complain(problem: string, usage: string): 2 {
  process.stderr.write(`error: ${problem}\n\n${usage}`)
  return 2
}
