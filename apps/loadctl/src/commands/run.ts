import type { Command } from "commander"

import { EXIT, VERDICT_EXIT } from "../errors.ts"
import type { Io } from "../io.ts"
import type { RunReport } from "../report/model.ts"
import { formatOption } from "./options.ts"
import { planScenario, readScenarioConfig, withScenario, withTarget } from "./scenario.ts"
import type { ScenarioFlags, TargetFlags } from "./scenario.ts"
import { FORMATS } from "../report/format-names.ts"
import type { Format } from "../report/format-names.ts"
import type { RunFolder } from "../store.ts"

type Flags = ScenarioFlags & TargetFlags & { format: Format }

const HELP = `
Exit codes: 0 pass, 3 a tool is missing or the target does not answer, 4 the SLA failed, 5 invalid, 130 interrupted.

Examples:
  $ loadctl run --scenario flow_iterations
  $ loadctl run --scenario flow_300vus --scale 0.1 --env ORDER_STRATEGY=conditional
  $ loadctl run --scenario checkout --target http://10.0.0.5:8080 --format markdown >> "$GITHUB_STEP_SUMMARY"`

export function registerRun(program: Command, io: Io): void {
  withTarget(withScenario(program.command("run")))
    .description("seed the target, load it with k6, audit it and judge it")
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const [{ report, folder }, { printReport }] = await Promise.all([
        run(flags, io),
        import("./print-report.ts"),
      ])
      await printReport(io, { report, folder, format: flags.format })
      io.setExitCode(io.interrupted.aborted ? EXIT.interrupted : VERDICT_EXIT[report.verdict])
    })
}

async function run(flags: Flags, io: Io): Promise<{ report: RunReport; folder: RunFolder }> {
  const [{ executeRun }, { createStore }, { createObserver }] = await Promise.all([
    import("../run/run.ts"),
    import("../store.ts"),
    import("../report/progress.ts"),
  ])
  const loaded = await readScenarioConfig(io, flags)
  const plan = await planScenario(loaded, flags, flags.env ?? {})
  const store = createStore(loaded.root)
  const observer = await createObserver(io)
  const report = await executeRun({
    loaded,
    plan,
    store,
    io,
    observer,
    alwaysPrivate: flags.private ?? false,
    warmUp: flags.warmUp,
  })
  return { report, folder: await store.find(plan.runId) }
}
