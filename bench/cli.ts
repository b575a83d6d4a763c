import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { EXIT, runCommand } from "@saleproof/command/command.ts"
import type { Io } from "@saleproof/command/io.ts"

import { GROWN, OPTIONS, readFlags, RECORDING, STATISTICS, USAGE } from "./flags.ts"
import type { Flags } from "./flags.ts"
import { renderGrown } from "./grown/render.ts"
import { runGrown } from "./grown/run.ts"
import { renderRecording } from "./recording/render.ts"
import { runRecording } from "./recording/run.ts"
import { renderMarkdown } from "./report/render.ts"
import { runSuite } from "./run.ts"
import { renderStudies } from "./statistics/render.ts"
import { runStudies } from "./statistics/run.ts"

/** Runs the benchmark that the flags ask for, saves its report and answers the exit code. */
export function runBench(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(
    {
      usage: USAGE,
      options: OPTIONS,
      positionals: true,
      run: ({ values, positionals }) => measure(readFlags(values, positionals), io),
    },
    argv,
    io,
  )
}

async function measure(flags: Flags, io: Io): Promise<number> {
  const { quick, out } = flags
  const folder = out ?? join(io.root, quick ? ".loadctl/bench" : "docs/results")
  const { report, markdown, isEmpty } = await measured(flags, io)
  if (isEmpty) io.stdout(markdown)
  else await save({ report, markdown, name: flags.suite, folder }, io)
  return report.complete ? EXIT.ok : EXIT.interrupted
}

type Result = { report: { complete: boolean }; markdown: string; isEmpty: boolean }

async function measured({ suite, quick, rounds, orders }: Flags, io: Io): Promise<Result> {
  if (suite === STATISTICS) {
    const report = await runStudies({ io, quick })
    return { report, markdown: renderStudies(report), isEmpty: false }
  }
  if (suite === RECORDING) {
    const report = await runRecording({ io, quick, count: rounds })
    return { report, markdown: renderRecording(report), isEmpty: false }
  }
  if (suite === GROWN) {
    const report = await runGrown({ io, quick, orders })
    return { report, markdown: renderGrown(report), isEmpty: report.sizes.length === 0 }
  }
  const report = await runSuite({ io, suite, quick, rounds })
  return { report, markdown: renderMarkdown(report), isEmpty: report.variants.length === 0 }
}

type Saved = { report: unknown; markdown: string; name: string; folder: string }

async function save({ report, markdown, name, folder }: Saved, io: Io): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, `${name}.md`), markdown)
  io.stderr(`Report: ${join(folder, name)}.{json,md}\n`)
  io.stdout(markdown)
}
