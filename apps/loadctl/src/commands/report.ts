import { readFile } from "node:fs/promises"

import type { Command } from "commander"

import { VERDICT_EXIT, usageError } from "../errors.ts"
import type { LoadedConfig } from "../config.ts"
import type { Io } from "../io.ts"
import { isSafeId } from "../plan/run-id.ts"
import type { RunPlan } from "../plan/plan.ts"
import { FORMATS } from "../report/format-names.ts"
import type { Format } from "../report/format-names.ts"
import type { RunReport } from "../report/model.ts"
import type { RunFolder } from "../store.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"

type Flags = {
  format: Format
  config?: string
  testid?: string
  scenario?: string
  persona?: string
  target?: string
  influx?: string
  schema?: boolean
  plan?: string
  waitFor?: string
}

const HELP = `
With --testid, a run of k6 elsewhere is judged from what all its instances wrote to InfluxDB: exit 0 pass, 4 the SLA
failed, 5 invalid. Its plan is the one that loadctl export saved; of any other run, --scenario says what it was.
HTML is also kept with the run, as report.html; on a terminal, the name of that file is all that is printed.

Examples:
  $ loadctl report
  $ loadctl report 20260822-101500-flow_10vus-3f9a --format json
  $ loadctl report --format junit > junit.xml
  $ loadctl report --format html > report.html
  $ loadctl report --schema > run.schema.json
  $ loadctl report --testid 20260822-101500-flow_300vus-77c0 --target https://shop.example.com`

export function registerReport(program: Command, io: Io): void {
  withConfig(program.command("report"))
    .description("the latest run again, or that one, from what was saved")
    .argument("[run]", "an id of loadctl runs")
    .addOption(formatOption(FORMATS))
    .option("--schema", "the JSON Schema of what --format json prints, and nothing else")
    .option("--testid <id>", "judge a run of k6 elsewhere from InfluxDB alone")
    .option("-s, --scenario <name>", "with --testid: what it ran")
    .option("-p, --persona <name>", "with --testid: what each virtual user did")
    .option("-t, --target <url>", "with --testid: the API, to audit it")
    .option("--influx <url>", "with --testid: the InfluxDB to read from")
    .option("--plan <file>", "with --testid: the plan that loadctl export made")
    .option("--wait-for <load>", "with --testid, in a pod: testrun/NAME or job/NAME, until it has ended")
    .addHelpText("after", HELP)
    .action(async (runId: string | undefined, flags: Flags) => {
      if (flags.schema) {
        io.stdout((await import("../report/schema.ts")).runJsonSchema())
        return
      }
      const { report, folder } =
        flags.testid === undefined
          ? await savedReport(runId, flags, io)
          : await judgeTestid(flags.testid, flags, io)
      const { printReport } = await import("./print-report.ts")
      await printReport(io, { report, folder, format: flags.format })
      if (flags.testid !== undefined) io.setExitCode(VERDICT_EXIT[report.verdict])
    })
}

type Shown = { report: RunReport; folder: RunFolder }

async function savedReport(runId: string | undefined, flags: Flags, io: Io): Promise<Shown> {
  const [{ createStore }, { loadReport }] = await Promise.all([
    import("../store.ts"),
    import("../report/load.ts"),
  ])
  const { root } = await readConfig(io, { config: flags.config })
  const store = createStore(root)
  if (runId !== undefined && !(await store.ids()).includes(runId)) await refuseExported(root, runId)
  const folder = await store.find(runId)
  return { report: await loadReport(folder), folder }
}

/** Throws where that is an exported run that was not judged yet. */
async function refuseExported(root: string, runId: string): Promise<void> {
  const { readExport } = await import("../k8s/saved.ts")
  if (!isSafeId(runId) || (await readExport(root, runId)) === null) return
  throw usageError(`\`loadctl report --testid ${runId}\` has not judged it yet.`)
}

async function judgeTestid(testid: string, flags: Flags, io: Io): Promise<Shown> {
  if (!isSafeId(testid)) throw usageError(`${testid} is not an id of a run.`)
  const [{ createStore }, { judgeDistributed }, { createApi }] = await Promise.all([
    import("../store.ts"),
    import("../run/distributed.ts"),
    import("../run/api.ts"),
  ])
  const loaded = await readConfig(io, flags)
  const store = createStore(loaded.root)
  const known = (await store.ids()).includes(testid)
  if (flags.waitFor !== undefined) await (await import("../k8s/wait.ts")).waitForLoad(flags.waitFor, io)
  const plan = known ? await savedPlan(await store.find(testid)) : await planOf(loaded, testid, flags)
  const openFolder = () => (known ? store.find(testid) : store.create(testid))
  const api = loaded.targetChosen ? createApi(loaded.config.target.url, io.env) : null
  const report = await judgeDistributed({
    loaded,
    plan,
    openFolder,
    api,
    env: io.env,
    signal: io.interrupted,
  })
  return { report, folder: await store.find(testid) }
}

async function savedPlan(folder: RunFolder): Promise<RunPlan> {
  const { loadParts } = await import("../report/load.ts")
  return (await loadParts(folder)).plan
}

async function planOf(
  { config, root }: LoadedConfig,
  runId: string,
  { scenario, persona, plan }: Flags,
): Promise<RunPlan> {
  const { readExport } = await import("../k8s/saved.ts")
  const { parsePlan } = await import("../report/load.ts")
  const exported =
    plan === undefined ? await readExport(root, runId) : JSON.parse(await readFile(plan, "utf8"))
  if (exported !== null) return parsePlan(exported)
  if (scenario === undefined)
    throw usageError(`Nothing was saved of ${runId} here.`, "--scenario NAME says what it ran.")
  const { makePlan } = await import("../plan/plan.ts")
  return makePlan(
    config,
    { scenario, persona, variants: [], scale: 1, apiEnv: {} },
    { runId, at: new Date() },
  )
}
