import type { Io } from "@saleproof/command/io.ts"
import { runNode } from "../environment/run-node.ts"
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
    return { variants }
  },
}

async function runDemo(io: Io): Promise<Figures> {
  const since = performance.now()
  const { exitCode } = await runNode(io, ["scripts/bootstrap.mjs", "demo", "--private"])
  return { passed: exitCode === 0 ? 1 : 0, exitCode, ms: performance.now() - since }
}
