import type { Command } from "commander"

import type { Io } from "../io.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = { format: "text" | "json"; config?: string; names?: boolean }

export function registerList(program: Command, io: Io): void {
  withConfig(program.command("list"))
    .description("the scenarios, personas and variants of loadctl.yaml")
    .option("--names", "only the names of the scenarios, one a line")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nExample:\n  $ loadctl list")
    .action(async (flags: Flags) => {
      const { listConfig, renderList } = await import("../report/list.ts")
      const list = listConfig((await readConfig(io, flags)).config)
      if (flags.names) return io.stdout(list.scenarios.map(({ name }) => `${name}\n`).join(""))
      return io.stdout(flags.format === "json" ? jsonText(list) : renderList(list))
    })
}
