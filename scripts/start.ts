// `npm start`: the API and its worker against the DATABASE_URL and REDIS_URL of the environment or of .env.
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { EXIT, runCommand } from "@saleproof/command/command.ts"
import { processIo } from "@saleproof/command/io.ts"
import type { Io } from "@saleproof/command/io.ts"
import { ROOT } from "./bootstrap/paths.mjs"
import { endedWithParent } from "@saleproof/stack/parent-death.mjs"
import { WORKER_FLAGS } from "@saleproof/stack/units/shop.ts"

const USAGE = `Usage: npm start

Starts the API and its worker with the settings of the environment or of .env. The database has to be migrated
(npx prisma migrate deploy). When one of the two ends, the other is stopped; Ctrl-C stops both.

Example:
  DATABASE_URL=postgresql://localhost/shop REDIS_URL=redis://localhost:6379 npm start

Exit codes: 0 stopped, 2 bad options or no settings, otherwise that of the process that failed.
`

/** Resolves to the highest exit code of the two when both have ended; signals are passed on. */
async function start({ stderr }: Io): Promise<number> {
  const dotEnv = join(ROOT, ".env")
  if (existsSync(dotEnv)) process.loadEnvFile(dotEnv)
  const unset = ["DATABASE_URL", "REDIS_URL"].filter((name) => !process.env[name])
  if (unset.length > 0) {
    stderr(`error: ${unset.join(" and ")} ${unset.length === 1 ? "is" : "are"} not set.\n`)
    stderr("  → cp .env.example .env, and set them there; `npm run dev` brings a database of its own\n")
    return EXIT.usage
  }
  const entries = [["main.ts", []] as const, ["worker.ts", WORKER_FLAGS] as const]
  const processes = entries.map(([entry, flags]) => {
    const command = [process.execPath, ...flags, join(ROOT, "apps/api/src", entry)] as const
    const [program, ...args] = endedWithParent(command, process)
    return spawn(program, args, { stdio: "inherit" })
  })
  let stopping = false
  const stopAll = (signal: NodeJS.Signals): void => {
    stopping = true
    for (const child of processes) child.kill(signal)
  }
  const exitCodeOf = async (child: ChildProcess): Promise<number> => {
    const [code] = await once(child, "exit")
    // On a second signal a process that is stopping ends at once.
    if (!stopping) stopAll("SIGTERM")
    return typeof code === "number" ? code : 1
  }
  process.on("SIGINT", stopAll).on("SIGTERM", stopAll)
  return Math.max(...(await Promise.all(processes.map(exitCodeOf))))
}

process.exitCode = await runCommand(
  { usage: USAGE, options: {}, run: (_parsed, io) => start(io) },
  process.argv.slice(2),
  processIo(ROOT),
)
