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

async function measure({ suite, quick, rounds, orders, out }: Flags, io: Io): Promise<number> {
  const folder = out ?? join(io.root, quick ? ".loadctl/bench" : "docs/results")
  if (suite === STATISTICS) {
    const report = await runStudies({ io, quick })
    await save({ report, markdown: renderStudies(report), name: suite, folder }, io)
    return report.complete ? EXIT.ok : EXIT.interrupted
  }
  if (suite === RECORDING) {
    const report = await runRecording({ io, quick, count: rounds })
    await save({ report, markdown: renderRecording(report), name: suite, folder }, io)
    return report.complete ? EXIT.ok : EXIT.interrupted
  }
  if (suite === GROWN) {
    const report = await runGrown({ io, quick, orders })
    await save({ report, markdown: renderGrown(report), name: suite, folder }, io)
    return report.complete ? EXIT.ok : EXIT.interrupted
  }
  const report = await runSuite({ io, suite, quick, rounds })
  const markdown = renderMarkdown(report)
  if (report.variants.length > 0) await save({ report, markdown, name: suite, folder }, io)
  else io.stdout(markdown)
  return report.complete ? EXIT.ok : EXIT.interrupted
}

type Saved = { report: unknown; markdown: string; name: string; folder: string }

async function save({ report, markdown, name, folder }: Saved, io: Io): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, `${name}.md`), markdown)
  io.stderr(`Report: ${join(folder, name)}.{json,md}\n`)
  io.stdout(markdown)
}
