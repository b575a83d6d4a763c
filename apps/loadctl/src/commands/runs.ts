import type { Command } from "commander"

import type { Io } from "../io.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"

type Flags = { format: "text" | "json"; config?: string; scenario?: string }

const HELP = `
Runs of a kind do the same load: scenario, persona, variants, scale and settings are the same. A trend has the last 40 of them,
✓ pass, ✗ fail, ? invalid, and sets the latest p95 beside the median of those before. Below it stand the change points:
where the level of p95 changed (E-divisive means with a permutation test, at most 1 of 100 histories without a change shows
one), also by a slow drift, dated to the run and its commit. Whether two groups of runs differ is for \`loadctl compare\` to say.

Examples:
  $ loadctl runs
  $ loadctl runs --scenario flow_300vus --format json`

export function registerRuns(program: Command, io: Io): void {
  withConfig(program.command("runs"))
    .description("the history of runs, newest first, and the trend of each kind")
    .option("-s, --scenario <name>", "only those of one scenario")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const [{ createStore }, { readHistory, renderRuns }] = await Promise.all([
        import("../store.ts"),
        import("../report/runs.ts"),
      ])
      const store = createStore((await readConfig(io, flags.config)).root)
      const history = await readHistory(store, flags.scenario)
      io.stdout(flags.format === "json" ? `${JSON.stringify(history, null, 2)}\n` : renderRuns(history))
    })
}
