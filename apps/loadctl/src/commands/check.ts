import type { Command } from "commander"

import { EXIT } from "../errors.ts"
import type { Io } from "../io.ts"
import { BUILD_K6 } from "../k6/find.ts"
import { asTyped } from "../machine/own-name.ts"
import { findingsText } from "./doctor.ts"
import { collectPair, formatOption, readConfig, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = {
  config?: string
  scenario?: string
  target?: string
  try?: boolean
  e?: Record<string, string>
  buildK6?: boolean
  format: "text" | "json"
}

const HELP = `
Looks at loadctl.yaml, its scripts with k6, the target, and the names of requests as far as the script's literals show
them. --try also sends the requests of one iteration, after seeding where the file has a seed.

Exit codes: 0 nothing is wrong, 2 the file or a script is, 3 something is missing or does not answer, 4 what --try sent
failed.

Examples:
  $ loadctl check
  $ loadctl check --try --scenario checkout`

export function registerCheck(program: Command, io: Io): void {
  withConfig(program.command("check"))
    .description("look at the file, the script, the target and k6, without load")
    .option("-s, --scenario <name>", "only this scenario")
    .option("-t, --target <url>", "another target than the file's")
    .option("-e <KEY=VALUE>", "variable of the script, repeatable", collectPair)
    .option("--try", "run one iteration and show what its requests got")
    .option("--build-k6", "where there is no k6, build it with Go (once, about a minute)")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action((flags: Flags) => check(flags, io))
}

async function check(flags: Flags, io: Io): Promise<void> {
  const [{ nodeFinding, projectFindings }, { examineScenarios, wrongFindings }] = await Promise.all([
    import("../project/findings.ts"),
    import("../project/examine.ts"),
  ])
  if (flags.buildK6) io.env[BUILD_K6] = "on"
  const loaded = await readConfig(io, flags)
  const machine = [nodeFinding(), ...(await projectFindings(loaded, io))]
  const looking = { only: flags.scenario, variables: flags.e ?? {} }
  const scenarios = await examineScenarios(loaded, { io, ...looking })
  const findings = [...machine, ...scenarios]
  io.stdout(flags.format === "json" ? jsonText(findings) : asTyped(findingsText(findings), io.cwd))
  const wrong = wrongFindings(scenarios)
  const missing = findings.some(({ state }) => state === "missing")
  if (flags.try && !missing) {
    const { tryScenario } = await import("../project/try.ts")
    const ok = await tryScenario(loaded, { io, ...looking })
    if (!ok) io.setExitCode(EXIT.fail)
    return
  }
  if (missing) io.setExitCode(wrong ? EXIT.usage : EXIT.missing)
}
