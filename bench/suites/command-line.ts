import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import process from "node:process"

import type { Io } from "@saleproof/command/io.ts"
import type { Figures } from "../report/model.ts"
import type { Suite } from "./suite.ts"

const TIMES = 10
/** As a shell starts it, and the latest saved run again. */
const COMMANDS = [["--help"], ["--version"], ["list"], ["report"]]

export const commandLineSuite: Suite = {
  title: "What loadctl itself takes: from the start of its process to its end",
  columns: [
    { figure: "fastest", heading: "fastest", unit: "ms" },
    { figure: "ms", heading: "median", unit: "ms" },
    { figure: "slowest", heading: "slowest", unit: "ms" },
    { figure: "exitCode", heading: "exit code", unit: "count" },
  ],
  async open({ io }) {
    const variants = COMMANDS.map((args) => ({
      name: `loadctl ${args.join(" ")}`,
      measure: () => timed(io, args),
    }))
    return { variants, versions: { Node: process.version }, [Symbol.asyncDispose]: async () => undefined }
  },
}

async function timed(io: Io, args: string[]): Promise<Figures> {
  const took: number[] = []
  let exitCode = 0
  for (let time = 0; time < TIMES; time++) {
    io.interrupted.throwIfAborted()
    const since = performance.now()
    const child = spawn(process.execPath, [join(io.root, "apps/loadctl/bin/loadctl.mjs"), ...args], {
      cwd: io.root,
      env: io.env,
      stdio: "ignore",
    })
    const [code] = await once(child, "exit")
    took.push(performance.now() - since)
    exitCode = Number(code)
  }
  const sorted = took.toSorted((a, b) => a - b)
  return {
    fastest: sorted.at(0) ?? null,
    ms: sorted.at(TIMES / 2) ?? null,
    slowest: sorted.at(-1) ?? null,
    exitCode,
  }
}
