import { Command, CommanderError } from "commander"

import { registerAb } from "./commands/ab.ts"
import { registerAudit } from "./commands/audit.ts"
import { registerCapacity } from "./commands/capacity.ts"
import { registerCheck } from "./commands/check.ts"
import { registerCompare } from "./commands/compare.ts"
import { registerCompletion } from "./commands/completion.ts"
import { registerDoctor } from "./commands/doctor.ts"
import { registerExport } from "./commands/export.ts"
import { registerInit } from "./commands/init.ts"
import { registerList } from "./commands/list.ts"
import { registerDown } from "./commands/down.ts"
import { registerReport } from "./commands/report.ts"
import { registerRun } from "./commands/run.ts"
import { registerRuns } from "./commands/runs.ts"
import { registerStatus } from "./commands/status.ts"
import { registerUp } from "./commands/up.ts"
import { expandVariantFlags } from "./commands/variant-flags.ts"
import { EXIT, isExplained, isSystemRefusal } from "./errors.ts"
import type { Io } from "./io.ts"
import { asTyped } from "./machine/own-name.ts"
import { loadctlVersion } from "./machine/version.ts"

const EPILOGUE = `
Exit codes:
  0 pass   1 a bug of loadctl   2 bad flags or config   3 a tool is missing or the target does not answer
  4 the SLA failed   5 invalid: the measurement cannot be trusted   130 interrupted

Examples:
  $ loadctl init --url http://127.0.0.1:3000 --script load-test.js     a loadctl.yaml for it
  $ loadctl check --try                                                one iteration, without load
  $ loadctl run --scenario checkout --target http://10.0.0.5:8080      load, audit and verdict
  $ loadctl report --format html > report.html                         the latest run, from what was saved`

// In the order of the help: the work, its history, the services, the rest.
const COMMANDS = [
  registerRun,
  registerReport,
  registerRuns,
  registerCompare,
  registerAb,
  registerCapacity,
  registerExport,
  registerList,
  registerAudit,
  registerUp,
  registerDown,
  registerStatus,
  registerDoctor,
  registerInit,
  registerCheck,
  registerCompletion,
]

/** The whole surface of the command line. Every command loads its own code when it is called. */
function createProgram(io: Io): Command {
  const program = new Command("loadctl")
    .description("Load-tests an HTTP API with a k6 script and judges it: PASS, FAIL or INVALID.")
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .helpCommand(false)
    .version(loadctlVersion(), "-V, --version", "print the version")
    .addHelpText("after", EPILOGUE)
    .exitOverride()
  for (const register of COMMANDS) register(program, io)
  return program
}

/**
 * Runs one command line and sets the exit code. Never throws: a mistake is explained on stderr with what would
 * help, anything unexpected is called a bug and shown with its stack.
 */
export async function runCli(io: Io): Promise<void> {
  const program = createProgram(io)
  try {
    if (io.argv.length === 0) return program.outputHelp()
    await program.parseAsync(await expandVariantFlags(io, program), { from: "user" })
  } catch (error) {
    explain(error, io)
  }
}

/** Ctrl-C also ends a k6 that reads the script, which then looks like a script that cannot be read. */
function comesOfInterrupt(exitCode: number, { interrupted }: Io): boolean {
  return interrupted.aborted && exitCode === EXIT.usage
}

function explain(error: unknown, io: Io): void {
  if (error instanceof CommanderError) {
    io.setExitCode(error.exitCode === 0 ? EXIT.pass : EXIT.usage)
  } else if (isExplained(error) && !comesOfInterrupt(error.exitCode, io)) {
    io.stderr(`error: ${asTyped(error.message, io.cwd)}\n`)
    if (error.hint) io.stderr(`  → ${asTyped(error.hint, io.cwd)}\n`)
    io.setExitCode(error.exitCode)
  } else if (isSystemRefusal(error)) {
    io.stderr(`error: ${error.message}\n`)
    io.setExitCode(EXIT.missing)
  } else if (io.interrupted.aborted) {
    io.stderr("Interrupted.\n")
    io.setExitCode(EXIT.interrupted)
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    io.stderr(`This is a bug in loadctl: ${text}\n`)
    io.setExitCode(EXIT.bug)
  }
}
