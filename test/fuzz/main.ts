// `npm run fuzz`: every operation of the OpenAPI document, with whatever a well-known fuzzer can think of.
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import process from "node:process"

import { StackError } from "@saleproof/stack/errors.ts"
import { watchMachine } from "../../apps/loadctl/src/machine/watch.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { readFlags, USAGE } from "./flags.ts"
import type { Flags } from "./flags.ts"
import { provideFuzzer } from "./provide.ts"
import { renderMarkdown, renderText } from "./report.ts"
import type { Report } from "./report.ts"
import { runPass } from "./run-pass.ts"
import type { PassResult } from "./run-pass.ts"

const ROOT = join(import.meta.dirname, "../..")
const FOLDER = join(ROOT, ".loadctl/fuzz")
const SAVED = join(ROOT, "docs/results/fuzz.json")
const EXIT = { passed: 0, usage: 2, found: 4, interrupted: 130 } as const

const say = (text: string) => void process.stderr.write(text)
const answer = (text: string) => void process.stdout.write(text)

const interrupted = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort())

async function run(): Promise<number> {
  const flags = readFlags(process.argv.slice(2))
  if (flags.ask === "help") return (answer(USAGE), EXIT.passed)
  if (flags.ask === "nonsense") return (say(`${flags.problem}\n\n${USAGE}`), EXIT.usage)
  const report = await campaign(flags)
  const save = flags.save && report.verdict !== "interrupted"
  await keep(save ? SAVED : join(FOLDER, "report.json"), report)
  answer(renderText(report))
  return EXIT[report.verdict]
}

async function campaign({ passes, seconds, examples, seed }: Flags & { ask: "run" }): Promise<Report> {
  const { env } = process
  const { signal } = interrupted
  const progress = lineProgress(say)
  const startedAt = new Date()
  const machine = watchMachine({ root: ROOT })
  const fuzzer = await provideFuzzer({ env, progress, signal })
  const results: PassResult[] = []
  for (const pass of passes) {
    if (signal.aborted) break
    say(`${pass.name}: ${pass.title}, for at most ${seconds} s\n`)
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
    command: ["npm run fuzz --", ...process.argv.slice(2)].join(" "),
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
  say(`Report: ${file}; the fuzzer's own words: ${FOLDER}\n`)
}

try {
  process.exitCode = await run()
} catch (error) {
  if (interrupted.signal.aborted) process.exitCode = EXIT.interrupted
  else if (error instanceof StackError) {
    say(`error: ${error.message}\n${error.hint ? `  → ${error.hint}\n` : ""}`)
    process.exitCode = error.exitCode
  } else throw error
}
