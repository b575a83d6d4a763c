import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import process from "node:process"

import { runCommand, UsageError } from "@saleproof/command/command.ts"
import { processIo } from "@saleproof/command/io.ts"
import type { ValuesOf } from "@saleproof/command/command.ts"
import type { Io } from "@saleproof/command/io.ts"
import { provideK6 } from "@saleproof/stack/provide/k6.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { startStack } from "@saleproof/stack/start.ts"
import { BUGS, BUGS_OF } from "./bugs.ts"
import { runMutations } from "./run.ts"
import { renderTable } from "./table.ts"

const ROOT = join(import.meta.dirname, "../..")
const SAVED = join(ROOT, "docs/results/planted.json")

const USAGE = `Usage: npm run planted -- [options]

Takes one guard of the shop, or one rule of loadctl's verdict, after the other out of its source and shows that a test
or an invariant notices. Nothing is changed on disk: the source is rewritten while the tests load it.

  --only ID   only that bug; may be repeated
  --of WHAT   only those of the shop, or of the verdict
  --list      the bugs
  --save      also writes docs/results/planted.json

Examples:
  npm run planted -- --list
  npm run planted -- --only rate-rounded-up

Exit codes: 0 all caught, 1 one was not caught or the clean source failed, 2 bad options, 3 a
program is missing.
`

const OPTIONS = {
  only: { type: "string", multiple: true },
  of: { type: "string" },
  list: { type: "boolean" },
  save: { type: "boolean" },
} as const
type Flags = { values: ValuesOf<typeof OPTIONS> }

async function run(flags: Flags, { env, stdout, stderr, interrupted }: Io): Promise<number> {
  const { only, of, list, save } = flags.values
  if (list) return (stdout(BUGS.map(({ id, guard }) => `${id.padEnd(40)}${guard}\n`).join("")), 0)
  const unknown = only?.filter((wanted) => !BUGS.some(({ id }) => id === wanted)) ?? []
  if (unknown.length > 0) throw new UsageError(`There is no bug ${unknown.join(", ")}; --list names them.`)

  const bugs = of === undefined ? BUGS : BUGS_OF.get(of)
  if (!bugs) throw new UsageError(`--of takes ${[...BUGS_OF.keys()].join(" or ")}.`)

  await using stack = await startStack({
    env,
    progress: lineProgress(stderr),
    services: ["postgres", "redis"],
    migrate: true,
    signal: interrupted,
  })
  const { databaseUrl, redisUrl } = stack.urls
  const k6Path = await provideK6({ env, progress: lineProgress(stderr), signal: interrupted })
  const report = await runMutations({
    root: ROOT,
    bugs: bugs.filter(({ id }) => only?.includes(id) ?? true),
    provide: { databaseUrl, redisUrl, k6Path },
    readLog: () => readFile(join(stack.dir, "logs/postgres.log"), "utf8"),
    say: (text) => stderr(`${text}\n`),
    signal: interrupted,
  })
  stdout(renderTable(report))
  if (save) {
    await mkdir(dirname(SAVED), { recursive: true })
    await writeFile(SAVED, `${JSON.stringify(report, null, 2)}\n`)
  }
  return report.ok ? 0 : 1
}

const command = { usage: USAGE, options: OPTIONS, run }

// Set last: vitest sets it as well, when a test fails as it should.
process.exitCode = await runCommand(command, process.argv.slice(2), processIo(ROOT))
