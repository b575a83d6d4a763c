// `npm run dev`: the API and its worker with a private stack, restarted when a file changes, until Ctrl-C.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import process from "node:process"

import { runCommand } from "@saleproof/command/command.ts"
import { processIo } from "@saleproof/command/io.ts"
import type { Io } from "@saleproof/command/io.ts"
import { DOCUMENTED_PORTS, isFree } from "@saleproof/stack/ports.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { startStack } from "@saleproof/stack/start.ts"
import { unitError } from "@saleproof/stack/supervisor-process.ts"
import { ROOT } from "./bootstrap/paths.mjs"
import { endedWithParent } from "@saleproof/stack/parent-death.mjs"

const USAGE = `Usage: npm run dev

Starts the API and its worker with PostgreSQL, Redis and InfluxDB of their own, restarts both when a file changes, and
stops everything on Ctrl-C. The API takes port 8080 when it is free.

Example:
  npm run dev

Exit codes: 0 stopped, 1 a bug of this program, 2 bad options, 3 a program is missing, 130 interrupted at the start.
`

async function develop({ env, stderr, interrupted }: Io): Promise<number> {
  const { api } = DOCUMENTED_PORTS
  await using stack = await startStack({
    env,
    ports: (await isFree(api)) ? { api } : {},
    watch: true,
    signal: interrupted,
    progress: lineProgress(stderr),
    onDeath: (failure) => stderr(`${unitError(failure).message}\n`),
  })
  const { url, databaseUrl, redisUrl, influxUrl } = stack.urls
  stderr(`API ${url}  PostgreSQL ${databaseUrl}  Redis ${redisUrl}  InfluxDB ${influxUrl}\nCtrl-C ends it.\n`)
  const logs = ["api", "worker"].map((name) => join(stack.dir, "logs", `${name}.log`))
  const [program, ...args] = endedWithParent(["tail", "-q", "-n", "+1", "-F", ...logs], { env })
  spawn(program, args, { stdio: ["ignore", "inherit", "ignore"], signal: interrupted })
    // The abort is how it ends.
    .on("error", () => {})
  if (!interrupted.aborted) await once(interrupted, "abort")
  return 0
}

process.exitCode = await runCommand(
  { usage: USAGE, options: {}, run: (_flags, io) => develop(io) },
  process.argv.slice(2),
  processIo(ROOT),
)
