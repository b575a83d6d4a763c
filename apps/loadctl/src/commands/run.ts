import type { Command } from "commander"

import { EXIT, VERDICT_EXIT } from "../errors.ts"
import type { LoadedConfig } from "../config.ts"
import { wantsColor } from "../io.ts"
import type { Io } from "../io.ts"
import { FORMATS } from "../report/format-names.ts"
import type { Format } from "../report/format-names.ts"
import type { RunReport } from "../report/model.ts"
import type { RunFolder } from "../store.ts"
import { k6Overrides, withK6 } from "./k6-flags.ts"
import type { K6Flags } from "./k6-flags.ts"
import { formatOption } from "./options.ts"
import { planScenario, readScenarioConfig, withScenarios, withTarget } from "./scenario.ts"
import type { ScenarioFlags, TargetFlags } from "./scenario.ts"

type Flags = Omit<ScenarioFlags, "scenario"> &
  TargetFlags &
  K6Flags & { scenario?: string[]; suite?: string; reportDir?: string; format: Format }

const HELP = `
k6 runs every scenario of the script in each run. Judged are the requests of the one that --scenario names, or of those
that its k6Scenarios in loadctl.yaml name; the report says which others were a load too.

Several --scenario, or a --suite of the file, run one after the other and end in one verdict, one JUnit file and one
report: PASS when every run passes, FAIL when one fails, INVALID when none fails and one is invalid.

Exit codes: 0 pass, 2 bad flags, config or script, 3 a tool is missing or the target does not answer, 4 the SLA failed,
5 invalid, 130 interrupted.

Examples:
  $ loadctl run --scenario flow_iterations
  $ loadctl run --scenario browse --scenario checkout --format junit > junit.xml
  $ loadctl run --scenario checkout -e REGION=eu --vus 5 --duration 30s --out experimental-prometheus-rw
  $ loadctl run --scenario flow_300vus --scale 0.1 --env ORDER_STRATEGY=conditional
  $ loadctl run --scenario checkout --target http://10.0.0.5:8080 --format markdown >> "$GITHUB_STEP_SUMMARY"`

export function registerRun(program: Command, io: Io): void {
  withK6(withTarget(withScenarios(program.command("run"))))
    .description("seed the target, load it with k6, audit it and judge it")
    .option("--suite <name>", "the scenarios of a suite of the file")
    .option("--report-dir <folder>", "also write report.html, report.md, report.json and junit.xml there")
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action((flags: Flags) => runAll(flags, io))
}

type Done = { report: RunReport; folder: RunFolder }

async function runAll(flags: Flags, io: Io): Promise<void> {
  const { pickSuite } = await import("../plan/pick.ts")
  const loaded = await readScenarioConfig(io, { ...flags, scenario: undefined })
  const scenarios = pickSuite(loaded.config, flags)
  if (flags.reportDir !== undefined) {
    const { prepareReports } = await import("./report-dir.ts")
    await prepareReports(io, flags.reportDir)
  }
  const done = await runEach(scenarios, { flags, io, loaded })
  const name = flags.suite ?? scenarios.join("+")
  if (flags.reportDir !== undefined) {
    const { writeReports } = await import("./report-dir.ts")
    await writeReports(io, flags.reportDir, { name, done })
  }
  const [only] = done
  if (scenarios.length === 1 && only) {
    const { printReport } = await import("./print-report.ts")
    await printReport(io, { ...only, format: flags.format })
    return io.setExitCode(io.interrupted.aborted ? EXIT.interrupted : VERDICT_EXIT[only.report.verdict])
  }
  const [{ SUITE_RENDERERS }, { suiteVerdict }] = await Promise.all([
    import("../report/suite-formats.ts"),
    import("../report/suite.ts"),
  ])
  const shown = { name, runs: done, color: wantsColor(io, "stdout"), columns: io.stdoutColumns }
  io.stdout(await SUITE_RENDERERS[flags.format](shown))
  const verdict = suiteVerdict(done.map(({ report }) => report))
  return io.setExitCode(io.interrupted.aborted ? EXIT.interrupted : VERDICT_EXIT[verdict])
}

type One = { flags: Flags; io: Io; loaded: LoadedConfig; scenario: string }

/** One after the other, until it is interrupted. */
async function runEach(scenarios: readonly string[], context: Omit<One, "scenario">): Promise<Done[]> {
  const { io } = context
  const done: Done[] = []
  for (const scenario of scenarios) {
    if (io.interrupted.aborted) break
    if (scenarios.length > 1) io.stderr(`${scenario} (${done.length + 1} of ${scenarios.length})\n`)
    done.push(await runOne({ ...context, scenario }))
  }
  return done
}

async function runOne({ flags, io, loaded, scenario }: One): Promise<Done> {
  const [{ executeRun }, { createStore }, { createObserver }] = await Promise.all([
    import("../run/run.ts"),
    import("../store.ts"),
    import("../report/progress.ts"),
  ])
  const wanted = { ...flags, scenario, k6: k6Overrides(flags) }
  const plan = await planScenario(loaded, wanted, flags.env ?? {})
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
