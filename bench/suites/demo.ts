import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import process from "node:process"

import type { Io } from "@saleproof/command/io.ts"
import type { Figures } from "../report/model.ts"
import type { Suite } from "./suite.ts"

export const demoSuite: Suite = {
  title: "The demo, again and again: npm run demo on a stack of its own each time",
  columns: [
    { figure: "passed", heading: "passed", unit: "share" },
    { figure: "exitCode", heading: "exit code", unit: "count" },
    { figure: "ms", heading: "took", unit: "ms" },
  ],
  async open({ io }) {
    const variants = [{ name: "npm run demo", measure: () => runDemo(io) }]
    return { variants, versions: { Node: process.version }, [Symbol.asyncDispose]: async () => undefined }
  },
}

async function runDemo(io: Io): Promise<Figures> {
  const since = performance.now()
  const child = spawn(process.execPath, [join(io.root, "scripts/bootstrap.mjs"), "demo", "--private"], {
    cwd: io.root,
    env: io.env,
    stdio: "ignore",
  })
  const stop = () => child.kill("SIGTERM")
  io.interrupted.addEventListener("abort", stop, { once: true })
  const [code] = await once(child, "exit")
  io.interrupted.removeEventListener("abort", stop)
  const exitCode = Number(code)
  return { passed: exitCode === 0 ? 1 : 0, exitCode, ms: performance.now() - since }
}
