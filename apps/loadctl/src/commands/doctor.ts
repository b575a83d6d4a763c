import type { Command } from "commander"

import { EXIT } from "../errors.ts"
import type { Io } from "../io.ts"
import { formatTable } from "../report/table.ts"
import type { Finding } from "@saleproof/stack/prerequisites.ts"
import { formatOption } from "./options.ts"

const HELP = `
Exit codes: 0 everything is there or will be installed when it is needed, 3 something is missing.

Example:
  $ loadctl doctor`

const MARKS = { ok: "ok", later: "later", optional: "note", missing: "MISSING" } as const satisfies Record<
  Finding["state"],
  string
>

export function registerDoctor(program: Command, io: Io): void {
  program
    .command("doctor")
    .description("every prerequisite: its version, what is missing, what fixes it")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action(async ({ format }: { format: "text" | "json" }) => {
      const { checkPrerequisites } = await import("@saleproof/stack/prerequisites.ts")
      const findings = await checkPrerequisites(io.env)
      io.stdout(format === "json" ? `${JSON.stringify(findings, null, 2)}\n` : toText(findings))
      if (findings.some(({ state }) => state === "missing")) io.setExitCode(EXIT.missing)
    })
}

function toText(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ title, state, detail, fix }) => [
    [MARKS[state], title, detail],
    ...(fix ? [["", "", `→ ${fix}`]] : []),
  ])
  return `${formatTable(rows, "LLL").join("\n")}\n`
}
