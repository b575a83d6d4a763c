import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import process from "node:process"

import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { startStack } from "@saleproof/stack/start.ts"
import { complain, readCommandLine } from "../../scripts/command-line.ts"
import { BUGS } from "./bugs.ts"
import { runMutations } from "./run.ts"
import { renderTable } from "./table.ts"

const ROOT = join(import.meta.dirname, "../..")
const SAVED = join(ROOT, "docs/results/planted.json")

const USAGE = `Usage: npm run planted -- [options]

Takes one guard of the shop after the other out of its source and shows that a test or an invariant notices. Nothing
is changed on disk: the source is rewritten while the tests load it.

  --only ID   only that bug; may be repeated
  --list      the bugs
  --save      also writes docs/results/planted.json

Exit codes: 0 all caught, 1 one was not caught or the clean source failed, 2 bad options.
`

const say = (text: string) => void process.stderr.write(`${text}\n`)
const answer = (text: string) => void process.stdout.write(text)

async function run(): Promise<number> {
  const values = readCommandLine(USAGE, {
    only: { type: "string", multiple: true },
    list: { type: "boolean" },
    save: { type: "boolean" },
  })
  if (typeof values === "number") return values
  if (values.list) return (answer(BUGS.map(({ id, guard }) => `${id.padEnd(40)}${guard}\n`).join("")), 0)
  const bugs = BUGS.filter(({ id }) => values.only?.includes(id) ?? true)
  const unknown = values.only?.filter((wanted) => !BUGS.some(({ id }) => id === wanted)) ?? []
  if (unknown.length > 0) return complain(`There is no bug ${unknown.join(", ")}; --list names them.`, USAGE)

  const { env } = process
  const progress = lineProgress((text) => void process.stderr.write(text))
  await using stack = await startStack({ env, progress, services: ["postgres", "redis"], migrate: true })
  const { databaseUrl, redisUrl } = stack.urls
  const report = await runMutations({
    root: ROOT,
    bugs,
    provide: { databaseUrl, redisUrl },
    readLog: () => readFile(join(stack.dir, "logs/postgres.log"), "utf8"),
    say,
  })
  answer(renderTable(report))
  if (values.save) {
    await mkdir(dirname(SAVED), { recursive: true })
    await writeFile(SAVED, `${JSON.stringify(report, null, 2)}\n`)
  }
  return report.ok ? 0 : 1
}

// Set last: vitest sets it as well, when a test fails as it should.
process.exitCode = await run()
