import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { readFlags, USAGE } from "./flags.ts"
import type { Io } from "./io.ts"
import { renderMarkdown } from "./report/render.ts"
import { runSuite } from "./run.ts"

export const EXIT = { measured: 0, usage: 2, interrupted: 130 } as const

/** Runs the benchmark that the flags ask for, saves its report and answers the exit code. */
export async function runBench(argv: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(argv)
  if (flags.ask === "nonsense") {
    io.stderr(`${flags.problem}\n\n${USAGE}`)
    return EXIT.usage
  }
  if (flags.ask === "help") {
    io.stdout(USAGE)
    return EXIT.measured
  }
  const { suite, quick } = flags
  const report = await runSuite({ io, suite, quick, rounds: flags.rounds })
  const markdown = renderMarkdown(report)
  if (report.variants.length > 0) {
    const folder = flags.out ?? join(io.root, quick ? ".loadctl/bench" : "docs/results")
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${suite}.json`), `${JSON.stringify(report, null, 2)}\n`)
    await writeFile(join(folder, `${suite}.md`), markdown)
    io.stderr(`Report: ${join(folder, suite)}.{json,md}\n`)
  }
  io.stdout(markdown)
  return report.complete ? EXIT.measured : EXIT.interrupted
}
