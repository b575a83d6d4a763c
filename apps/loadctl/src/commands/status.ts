import type { Command } from "commander"

import { EXIT } from "../errors.ts"
import type { Io } from "../io.ts"
import { formatTable } from "../report/table.ts"
import type { StackStatus } from "../stack/provider.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = { config?: string; format: "text" | "json" }

const HELP = `
Exit codes: 0 everything answers, 3 something does not, or nothing is running.

Example:
  $ loadctl status --format json`

export function registerStatus(program: Command, io: Io): void {
  withConfig(program.command("status"))
    .description("what of the stack answers now")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action(async ({ config, format }: Flags) => {
      const { requireStack } = await import("../stack/load.ts")
      const status = await (await requireStack(await readConfig(io, { config }), "status")).status(io.env)
      io.stdout(format === "json" ? jsonText(status ?? null) : toText(status))
      const healthy = status?.services.every(({ state }) => state === "answers")
      if (!healthy) io.setExitCode(EXIT.missing)
    })
}

function toText(status: StackStatus | undefined): string {
  if (!status) return "Nothing is running. `loadctl up` starts it.\n"
  const rows = status.services.map(({ name, state, port, pid, log }) => [
    name,
    state,
    String(port),
    String(pid),
    log,
  ])
  const table = formatTable([["service", "state", "port", "pid", "log"], ...rows], "LLRRL")
  const deaths = status.deaths.map(({ unit, reason, logTail }) => `\n${unit} ${reason}:\n${logTail}\n`)
  return `${[`${status.phase} since ${status.startedAt}`, "", ...table].join("\n")}\n${deaths.join("")}`
}
