import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"

import { runCampaign } from "./campaign.ts"
import { FAULTS } from "./faults/catalogue.ts"
import { readFlags, USAGE } from "./flags.ts"
import type { Flags } from "./flags.ts"
import { watchMachine } from "@saleproof/loadctl/machine/watch.ts"
import type { FaultReport, Report } from "./report/report.ts"
import { renderTable } from "./report/table.ts"

export type Io = {
  stdout: (text: string) => void
  stderr: (text: string) => void
  env: NodeJS.ProcessEnv
  root: string
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal
}

export const EXIT = { passed: 0, usage: 2, violated: 4, interrupted: 130 } as const

/** Runs what the flags ask for and answers the exit code. */
export async function runChaos(argv: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(argv)
  if (flags.ask === "nonsense") {
    io.stderr(`${flags.problem}\n\n${USAGE}`)
    return EXIT.usage
  }
  if (flags.ask !== "run") {
    const names = FAULTS.map(({ name, title }) => `${name.padEnd(28)}${title}\n`).join("")
    io.stdout(flags.ask === "list" ? names : USAGE)
    return EXIT.passed
  }
  const report = await campaign(flags, io)
  const file =
    flags.json ?? join(io.root, ".loadctl/chaos", `${report.startedAt.replaceAll(/[:.]/g, "-")}.json`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  io.stdout(renderTable(report))
  io.stderr(`Report: ${file}\n`)
  return EXIT[report.verdict]
}

async function campaign({ faults, pace, seed }: Flags & { ask: "run" }, io: Io): Promise<Report> {
  const startedAt = new Date()
  const machine = watchMachine({ root: io.root })
  io.stderr(`Seed ${seed}\n`)
  const reports = await runCampaign({
    faults,
    pace,
    seed,
    env: io.env,
    signal: io.interrupted,
    onBegin: ({ name, title }, index) => io.stderr(`[${index + 1}/${faults.length}] ${name}: ${title}\n`),
    onEnd: ({ verdict, tookMs }) => io.stderr(`      ${verdict} after ${(tookMs / 1_000).toFixed(1)} s\n`),
  })
  return {
    schema: "saleproof.chaos/1",
    verdict: reports.length < faults.length ? "interrupted" : verdictOf(reports),
    seed,
    pace,
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    machine: await machine(),
    faults: reports,
  }
}

const verdictOf = (reports: readonly FaultReport[]) =>
  reports.some(({ verdict }) => verdict === "violated") ? "violated" : "passed"
