import type { Command } from "commander"

import type { Io } from "../io.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"

type Flags = { format: "text" | "json"; config?: string; scenario?: string }

export function registerRuns(program: Command, io: Io): void {
  withConfig(program.command("runs"))
    .description("the history of runs, newest first")
    .option("-s, --scenario <name>", "only those of one scenario")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nExample:\n  $ loadctl runs --scenario flow_300vus")
    .action(async (flags: Flags) => {
      const [{ createStore }, { listRuns, renderRuns }] = await Promise.all([
        import("../store.ts"),
        import("../report/runs.ts"),
      ])
      const store = createStore((await readConfig(io, flags.config)).root)
      const runs = await listRuns(store, flags.scenario)
      io.stdout(flags.format === "json" ? `${JSON.stringify(runs, null, 2)}\n` : renderRuns(runs))
    })
}
