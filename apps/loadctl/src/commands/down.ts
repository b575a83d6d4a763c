import type { Command } from "commander"

import type { Io } from "../io.ts"
import { readConfig, withConfig } from "./options.ts"
import { providerOption } from "./up.ts"

type Flags = { config?: string; purge?: boolean; provider: "native" | "docker" }

export function registerDown(program: Command, io: Io): void {
  withConfig(program.command("down"))
    .description("stop what up started")
    .option("--purge", "remove its data too")
    .addOption(providerOption())
    .addHelpText("after", "\nExample:\n  $ loadctl down --purge")
    .action(async ({ config, provider, purge = false }: Flags) => {
      const { requireStack } = await import("../stack/load.ts")
      const stack = await requireStack(await readConfig(io, { config }), "down")
      const stopped = await stack.down({ env: io.env, purge, containers: provider === "docker" })
      io.stderr(stopped ? "Stopped.\n" : "Nothing was running.\n")
    })
}
