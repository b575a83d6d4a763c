import type { Io } from "@saleproof/command/io.ts"
import { runNode } from "../environment/run-node.ts"
import type { Figures } from "../report/model.ts"
import { median } from "../report/statistics.ts"
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
    return { variants }
  },
}

async function timed(io: Io, args: string[]): Promise<Figures> {
  const took: number[] = []
  let exitCode = 0
  for (let time = 0; time < TIMES; time++) {
    io.interrupted.throwIfAborted()
    const since = performance.now()
    ;({ exitCode } = await runNode(io, ["apps/loadctl/bin/loadctl.mjs", ...args]))
    took.push(performance.now() - since)
  }
  return { fastest: Math.min(...took), ms: median(took), slowest: Math.max(...took), exitCode }
}
