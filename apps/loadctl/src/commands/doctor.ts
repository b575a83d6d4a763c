import type { Command } from "commander"

import { EXIT } from "../errors.ts"
import type { Io } from "../io.ts"
import { asTyped } from "../machine/own-name.ts"
import { formatTable } from "../report/table.ts"
import type { Finding } from "../stack/provider.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = { config?: string; format: "text" | "json" }

const HELP = `
Looks at the file, its scripts, k6 and the target; where the file names a stack, also at what that one needs.

Exit codes: 0 everything is there or will be installed when it is needed, 3 something is missing.

Example:
  $ loadctl doctor`

const MARKS = { ok: "ok", later: "later", optional: "note", missing: "MISSING" } as const satisfies Record<
  Finding["state"],
  string
>

export function registerDoctor(program: Command, io: Io): void {
  withConfig(program.command("doctor"))
    .description("what this project needs: its version, what is missing, what fixes it")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action(async ({ config, format }: Flags) => {
      const findings = await examine(io, config)
      io.stdout(format === "json" ? jsonText(findings) : asTyped(findingsText(findings), io.cwd))
      if (findings.some(({ state }) => state === "missing")) io.setExitCode(EXIT.missing)
    })
}

async function examine(io: Io, config: string | undefined): Promise<Finding[]> {
  const [{ hasConfig }, { k6Finding, nodeFinding, projectFindings }, { loadStack }] = await Promise.all([
    import("../config.ts"),
    import("../project/findings.ts"),
    import("../stack/load.ts"),
  ])
  if (config === undefined && !hasConfig(io.cwd)) {
    const detail = "there is no loadctl.yaml here or in a folder above"
    const file: Finding = { title: "File", state: "missing", detail, fix: "loadctl init" }
    return [nodeFinding(), file, await k6Finding(io.env)]
  }
  const loaded = await readConfig(io, { config })
  const own = [nodeFinding(), ...(await projectFindings(loaded, io))]
  const stack = await loadStack(loaded)
  const known = new Set(own.map(({ title }) => title))
  const needed = stack ? await stack.prerequisites(io.env) : []
  return [...own, ...needed.filter(({ title }) => !known.has(title))]
}

/** One line a finding, with the line below it that mends it. */
export function findingsText(findings: readonly Finding[]): string {
  const rows = findings.map(({ title, state, detail }) => [MARKS[state], title, detail])
  const lines = formatTable(rows, "LLL")
  const mended = findings.flatMap(({ fix }, index) => [
    lines[index] ?? "",
    ...(fix === undefined ? [] : [`          → ${fix}`]),
  ])
  return `${mended.join("\n")}\n`
}
