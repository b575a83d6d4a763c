// `npm run fuzz`: every operation of the OpenAPI document, with the requests that a well-known fuzzer generates.
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import process from "node:process"

import { EXIT as COMMON, runCommand } from "@saleproof/command/command.ts"
import { processIo } from "@saleproof/command/io.ts"
import { watchMachine } from "@saleproof/loadctl/machine/watch.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { OPTIONS, readFlags, USAGE } from "./flags.ts"
import type { Flags } from "./flags.ts"
import { provideFuzzer } from "./provide.ts"
import { renderMarkdown, renderText } from "./report.ts"
import type { Report } from "./report.ts"
import { runPass } from "./run-pass.ts"
import type { PassResult } from "./run-pass.ts"

const ROOT = join(import.meta.dirname, "../..")
const FOLDER = join(ROOT, ".loadctl/fuzz")
const SAVED = join(ROOT, "docs/results/fuzz.json")
const EXIT = { ...COMMON, passed: COMMON.ok, found: 4 } as const

const io = processIo(ROOT)
const argv = process.argv.slice(2)

async function fuzz(flags: Flags): Promise<number> {
  const report = await runPasses(flags)
  const save = flags.save && report.verdict !== "interrupted"
  await keep(save ? SAVED : join(FOLDER, "report.json"), report)
  io.stdout(renderText(report))
  return EXIT[report.verdict]
}

async function runPasses({ passes, seconds, examples, seed }: Flags): Promise<Report> {
  const { env, interrupted: signal } = io
  const progress = lineProgress(io.stderr)
  const startedAt = new Date()
  const machine = watchMachine({ root: ROOT })
  const fuzzer = await provideFuzzer({ env, progress, signal })
  const results: PassResult[] = []
  for (const pass of passes) {
    if (signal.aborted) break
    io.stderr(`${pass.name}: ${pass.title}, for at most ${seconds} s\n`)
    const bounds = { seconds, examples, seed }
    const result = await runPass(pass, { ...bounds, fuzzer, env, signal, progress, folder: FOLDER }).catch(
      (error: unknown) => {
        if (!signal.aborted) throw error
      },
    )
    if (result) results.push(result)
  }
  const found = results.some(({ findings }) => findings.length > 0)
  return {
    schema: "saleproof.fuzz/1",
    verdict: found ? "found" : signal.aborted ? "interrupted" : "passed",
    command: ["npm run fuzz --", ...argv].join(" "),
    fuzzer: `Schemathesis ${fuzzer.version}`,
    seed,
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    machine: await machine(),
    passes: results,
  }
}

async function keep(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(file.replace(/json$/, "md"), renderMarkdown(report))
  io.stderr(`Report: ${file}; the fuzzer's own words: ${FOLDER}\n`)
}

process.exitCode = await runCommand(
  { usage: USAGE, options: OPTIONS, run: ({ values }) => fuzz(readFlags(values)) },
  argv,
  io,
)
