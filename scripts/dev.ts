// `npm run dev`: the API and its worker with a private stack, restarted when a file changes, until Ctrl-C.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import process from "node:process"

import { StackError } from "@saleproof/stack/errors.ts"
import { DOCUMENTED_PORTS, isFree } from "@saleproof/stack/ports.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { startStack } from "@saleproof/stack/start.ts"
import { unitError } from "@saleproof/stack/supervisor-process.ts"
import { tied } from "./bootstrap/tie.mjs"
import { readCommandLine } from "./command-line.ts"

const USAGE = `Usage: npm run dev

Starts the API and its worker with PostgreSQL, Redis and InfluxDB of their own, restarts both when a file changes, and
stops everything on Ctrl-C. The API takes port 8080 when it is free.
`

const stopped = new AbortController()
const say = (text: string): void => void process.stderr.write(text)

async function develop(): Promise<void> {
  const { api } = DOCUMENTED_PORTS
  await using stack = await startStack({
    env: process.env,
    ports: (await isFree(api)) ? { api } : {},
    watch: true,
    signal: stopped.signal,
    progress: lineProgress(say),
    onDeath: (failure) => say(`${unitError(failure).message}\n`),
  })
  const { url, databaseUrl, redisUrl, influxUrl } = stack.urls
  say(`API ${url}  PostgreSQL ${databaseUrl}  Redis ${redisUrl}  InfluxDB ${influxUrl}\nCtrl-C ends it.\n`)
  const logs = ["api", "worker"].map((name) => join(stack.dir, "logs", `${name}.log`))
  const [program, ...args] = tied(["tail", "-q", "-n", "+1", "-F", ...logs])
  spawn(program, args, { stdio: ["ignore", "inherit", "ignore"], signal: stopped.signal })
    // The abort is how it ends.
    .on("error", () => {})
  if (!stopped.signal.aborted) await once(stopped.signal, "abort")
}

process.on("SIGINT", () => stopped.abort())
process.on("SIGTERM", () => stopped.abort())
try {
  const flags = readCommandLine(USAGE, {})
  if (typeof flags === "number") process.exitCode = flags
  else await develop()
} catch (error) {
  if (!(error instanceof StackError)) throw error
  say(`error: ${error.message}\n`)
  if (error.hint) say(`  → ${error.hint}\n`)
  process.exitCode = error.exitCode
}
