import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { EXIT, runCommand } from "@saleproof/command/command.ts"
import type { Io } from "@saleproof/command/io.ts"

import { OPTIONS, readFlags, USAGE } from "./flags.ts"
import type { Flags } from "./flags.ts"
import { renderMarkdown } from "./report/render.ts"
import { runSuite } from "./run.ts"

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

async function measure({ suite, quick, rounds, out }: Flags, io: Io): Promise<number> {
  const report = await runSuite({ io, suite, quick, rounds })
  const markdown = renderMarkdown(report)
  if (report.variants.length > 0) {
    const folder = out ?? join(io.root, quick ? ".loadctl/bench" : "docs/results")
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${suite}.json`), `${JSON.stringify(report, null, 2)}\n`)
    await writeFile(join(folder, `${suite}.md`), markdown)
    io.stderr(`Report: ${join(folder, suite)}.{json,md}\n`)
  }
  io.stdout(markdown)
  return report.complete ? EXIT.ok : EXIT.interrupted
}
