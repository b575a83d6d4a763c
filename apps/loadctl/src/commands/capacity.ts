import { InvalidArgumentError, Option } from "commander"
import type { Command } from "commander"

import type { Arrivals } from "../capacity/plan-load.ts"
import type { CapacityReport, LoadUnit } from "../capacity/model.ts"
import { EXIT } from "../errors.ts"
import type { ExitCode } from "../errors.ts"
import type { Io } from "../io.ts"
import type { SheetFormat } from "../report/sheet/formats.ts"
import { parseDuration } from "../plan/duration.ts"
import { formatOption, parseShare, wholeNumber } from "./options.ts"
import { openSeries, prepareSaving, printSheet, runLine, withSave } from "./series.ts"
import { planScenario, readScenarioConfig, withScenario, withTarget } from "./scenario.ts"
import type { ScenarioFlags, TargetFlags } from "./scenario.ts"

const FORMATS = ["text", "json", "markdown"] satisfies SheetFormat[]

type Flags = ScenarioFlags &
  TargetFlags & {
    vus?: boolean
    start: number
    maxRate: number
    maxTime: number
    duration: number
    precision: number
    format: SheetFormat
    maxRuns: number
    arrivals: Arrivals
    save?: string
  }

const LOAD = wholeNumber(1_000_000)

const HELP = `
The load is doubled until a run breaks the SLA, and that load is tried again. Then every run is made at the load whose
outcome says most about the edge, until its 90 % interval is within --precision or --max-runs are made. One run that
breaks or holds by accident moves the edge a little, and later runs move it back. A load is held only when it was
completed: arrivals that k6 dropped because every user still waited, and requests in flight that rise over the hold,
count as broken. When nothing breaks up to --max-rate, the answer is "at least" that.

The script reads the load from its environment: RATE in iterations per second, for an open-model executor such as
constant-arrival-rate, or with --vus VUS, users that wait for their answers; DURATION, the seconds to hold it; and with
--arrivals poisson ARRIVALS=poisson, to begin its iterations at random. Hold for 30 s or more: in less, a queue that
grows slowly looks steady.

Exit codes: 0 a load was found, 4 not even one per second meets the SLA, 5 no load was found in the time or
with measurements that can be trusted, 130 interrupted (with what was found by then).

Examples:
  $ loadctl capacity --scenario flow_rps
  $ loadctl capacity --scenario flow_rps --start 100 --max-rate 1000 --max-time 20m --format markdown
  $ loadctl capacity --scenario flow_300vus --vus --start 100 --max-rate 1000
  $ loadctl capacity --scenario flow_rps --private --start 100 --duration 15s --precision 10% --max-time 7m \\
      --save docs/results/capacity`

export function registerCapacity(program: Command, io: Io): void {
  withSave(withTarget(withScenario(program.command("capacity"))))
    .description("the highest load that still meets the SLA")
    .option("--vus", "turn up virtual users instead of arrivals per second")
    .option("--start <load>", "the first load to try", LOAD, 20)
    .option("--max-rate <load>", "the highest load to try, in arrivals per second or VUs", LOAD, 2_000)
    .addOption(secondsOption("--max-time <duration>", "begin no run that would end after this", "30m"))
    .addOption(secondsOption("--duration <duration>", "how long each load is held", "30s"))
    .addOption(
      new Option("--precision <share>", "how narrow the interval of the edge must be")
        .argParser(parsePrecision)
        .default(0.05, "5%"),
    )
    .option("--max-runs <n>", "at most so many runs", wholeNumber(), 16)
    .addOption(
      new Option("--arrivals <kind>", "at equal distances, or as independent users come")
        .choices(["even", "poisson"] satisfies Arrivals[])
        .default("even"),
    )
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const saving = await prepareSaving(io, flags.save)
      const { report, savedIn } = await search(flags, io)
      const { capacitySheet: sheetOf } = await import("../capacity/sheet.ts")
      const { format } = flags
      await printSheet(io, report, {
        sheetOf,
        format,
        savedIn,
        saving: report.ended === "interrupted" ? null : saving,
      })
      io.setExitCode(exitCodeOf(report))
    })
}

async function search(flags: Flags, io: Io): Promise<{ report: CapacityReport; savedIn: string }> {
  const [{ driveSearch }, { planLoad }] = await Promise.all([
    import("../capacity/drive.ts"),
    import("../capacity/plan-load.ts"),
  ])
  const loaded = await readScenarioConfig(io, flags)
  const { scenario } = flags
  const { context, savedIn, save } = await openSeries(io, loaded.root, { kind: "capacity", scenario })
  const { start, precision, duration: holdSeconds, env: apiEnv = {} } = flags
  const unit: LoadUnit = flags.vus ? "VUs" : "iterations/s"
  const report = await driveSearch({
    ...context,
    loaded,
    alwaysPrivate: flags.private ?? false,
    warmUp: flags.warmUp,
    unit,
    apiEnv,
    options: {
      start,
      max: flags.maxRate,
      precision,
      maxRuns: flags.maxRuns,
      maxTimeSeconds: flags.maxTime,
    },
    planStep: async (load) =>
      planLoad(await planScenario(loaded, flags, apiEnv), {
        load,
        unit,
        holdSeconds,
        arrivals: flags.arrivals,
      }),
    onStep: async (report) => {
      await save(report)
      const last = report.steps.at(-1)
      if (last && report.ended === "running")
        io.stderr(runLine(last, `${last.load} ${unit}: ${last.outcome}`))
    },
  })
  return { report, savedIn }
}

function exitCodeOf({ ended, capacity, steps }: CapacityReport): ExitCode {
  if (ended === "interrupted") return EXIT.interrupted
  if (capacity !== null) return EXIT.pass
  const proven = ended === "found" && steps.some(({ outcome }) => outcome === "fail")
  return proven ? EXIT.fail : EXIT.invalid
}

function secondsOption(flags: string, description: string, text: string): Option {
  return new Option(flags, description).argParser(parseSeconds).default(parseSeconds(text), text)
}

/** "90s", "20m" or plain seconds. */
function parseSeconds(text: string): number {
  const seconds = (parseDuration(text) ?? Number(text) * 1_000) / 1_000
  if (!(seconds >= 1)) throw new InvalidArgumentError("Expected a duration such as 30s or 20m.")
  return seconds
}

function parsePrecision(text: string): number {
  const share = parseShare(text)
  if (share > 1) throw new InvalidArgumentError("Expected at most 100%.")
  return share
}
