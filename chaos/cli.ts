import { mkdir, writeFile } from "node:fs/promises"
import { loadavg } from "node:os"
import { dirname, join, resolve } from "node:path"

import { EXIT as COMMON, runCommand } from "@saleproof/command/command.ts"
import type { Io } from "@saleproof/command/io.ts"
import { watchMachine } from "@saleproof/loadctl/machine/watch.ts"

import { runExperiments } from "./run.ts"
import { FAULTS } from "./faults/catalogue.ts"
import type { Fault } from "./faults/fault.ts"
import { OPTIONS, readFlags, USAGE } from "./flags.ts"
import type { Flags } from "./flags.ts"
import type { FaultReport, Report } from "./report/report.ts"
import { RESULTS, refreshFigures } from "./report/docs.ts"
import { renderMarkdown } from "./report/markdown.ts"
import { renderTable } from "./report/table.ts"
import { PACES } from "./experiment/pace.ts"
import type { Pace } from "./experiment/pace.ts"

export const EXIT = { ...COMMON, passed: COMMON.ok, violated: 4 } as const

/** What is run against which program; only a test of a defective shop brings others than these. */
type Target = { faults: readonly Fault[]; entry?: string; pace?: Pace }

/** Runs what the flags ask for and answers the exit code. */
export function runChaos(
  argv: readonly string[],
  io: Io,
  target: Target = { faults: FAULTS },
): Promise<number> {
  return runCommand({ usage: USAGE, options: OPTIONS, run: ({ values }) => run(values) }, argv, io)

  async function run(values: Parameters<typeof readFlags>[0]): Promise<number> {
    const flags = readFlags(values, target.faults)
    if (flags.ask === "figures") await refreshFigures(io)
    if (flags.ask === "list") io.stdout(names())
    if (flags.ask !== "run") return EXIT.passed
    const report = await runFaults(flags, { ...io, target, command: commandOf(argv) })
    await keep(report, flags.json, io)
    io.stdout(renderTable(report))
    return EXIT[report.verdict]
  }
}

const names = () => FAULTS.map(({ name, title }) => `${name.padEnd(28)}${title}\n`).join("")

const commandOf = (argv: readonly string[]) =>
  ["npm run chaos", ...(argv.length > 0 ? ["--"] : []), ...argv].join(" ")

/** Writes the report and its table; where the kept results lie, the document follows. */
async function keep(report: Report, json: string | undefined, { root, stderr }: Io): Promise<void> {
  const name = `${report.startedAt.replaceAll(/[:.]/g, "-")}.json`
  const file = resolve(json ?? join(root, ".loadctl/chaos", name))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(file.replace(/(\.json)?$/, ".md"), renderMarkdown(report))
  if (dirname(file) === resolve(root, RESULTS)) await refreshFigures({ root })
  stderr(`Report: ${file}\n`)
}

async function runFaults(
  flags: Flags & { ask: "run" },
  io: Io & { command: string; target: Target },
): Promise<Report> {
  const { faults, pace, soakMs, historyOrders, seed } = flags
  const startedAt = new Date()
  const [loadBefore = 0] = loadavg()
  const machine = watchMachine({ root: io.root })
  io.stderr(`Seed ${seed}\n`)
  const chosen: Pace = io.target.pace ?? (pace === "soak" ? { ...PACES.soak, mostMs: soakMs } : PACES[pace])
  const reports = await runExperiments({
    faults,
    pace: chosen,
    historyOrders,
    seed,
    env: io.env,
    entry: io.target.entry,
    signal: io.interrupted,
    onProgress: (text) => io.stderr(`      ${text}\n`),
    onBegin: ({ name, title }, index) => io.stderr(`[${index + 1}/${faults.length}] ${name}: ${title}\n`),
    onEnd: ({ verdict, tookMs }) => io.stderr(`      ${verdict} after ${(tookMs / 1_000).toFixed(1)} s\n`),
  })
  return {
    schema: "saleproof.chaos/2",
    verdict: reports.length < faults.length ? "interrupted" : verdictOf(reports),
    command: io.command,
    seed,
    pace,
    users: chosen.users,
    ...(historyOrders > 0 && { historyOrders }),
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    machine: await machine(),
    loadBefore,
    faults: reports,
  }
}

const verdictOf = (reports: readonly FaultReport[]) =>
  reports.some(({ verdict }) => verdict === "violated") ? "violated" : "passed"
