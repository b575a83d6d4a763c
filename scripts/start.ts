// `npm start`: the API and its worker against the DATABASE_URL and REDIS_URL of the environment or of .env. The
// database has to be migrated (`npx prisma migrate deploy`). Both stop together, whichever ends first.
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { ROOT } from "./bootstrap/paths.mjs"
import { endedWithParent } from "@saleproof/stack/parent-death.mjs"

const dotEnv = join(ROOT, ".env")
if (existsSync(dotEnv)) process.loadEnvFile(dotEnv)

const processes = ["main.ts", "worker.ts"].map((entry) => {
  const [program, ...args] = endedWithParent([process.execPath, join(ROOT, "apps/api/src", entry)], process)
  return spawn(program, args, { stdio: "inherit" })
})

let stopping = false

function stopAll(signal: NodeJS.Signals): void {
  stopping = true
  for (const child of processes) child.kill(signal)
}

async function exitCodeOf(child: ChildProcess): Promise<number> {
  const [code] = await once(child, "exit")
  // To one that stops already, a second signal would mean: at once.
  if (!stopping) stopAll("SIGTERM")
  return typeof code === "number" ? code : 1
}

process.on("SIGINT", stopAll)
process.on("SIGTERM", stopAll)
const exitCodes = await Promise.all(processes.map(exitCodeOf))
process.exitCode = Math.max(...exitCodes)
