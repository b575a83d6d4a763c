import type { Command } from "commander"

import type { Io } from "../io.ts"
import { FORMATS } from "../report/format-names.ts"
import type { Format } from "../report/format-names.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"

export function registerReport(program: Command, io: Io): void {
  withConfig(program.command("report"))
    .description("the latest run again, or that one, from what was saved")
    .argument("[run]", "an id of loadctl runs")
    .addOption(formatOption(FORMATS))
    .addHelpText(
      "after",
      "\nExamples:\n  $ loadctl report\n  $ loadctl report 20260822-101500-flow_10vus-3f9a --format json",
    )
    .action(async (runId: string | undefined, flags: { format: Format; config?: string }) => {
      const [{ createStore }, { loadReport }, { printReport }] = await Promise.all([
        import("../store.ts"),
        import("../report/load.ts"),
        import("./print-report.ts"),
      ])
      const folder = await createStore((await readConfig(io, flags.config)).root).find(runId)
      await printReport(io, { report: await loadReport(folder), folder, format: flags.format })
    })
}
