import type { Command } from "commander"

import type { Io } from "../io.ts"
import { providerOption } from "./up.ts"

type Flags = { purge?: boolean; provider: "native" | "docker" }

export function registerDown(program: Command, io: Io): void {
  program
    .command("down")
    .description("stop what up started")
    .option("--purge", "remove its data too")
    .addOption(providerOption())
    .addHelpText("after", "\nExample:\n  $ loadctl down --purge")
    .action(async ({ provider, purge = false }: Flags) => {
      if (provider === "docker") {
        const { stopContainers } = await import("@saleproof/stack/docker.ts")
        return stopContainers({ env: io.env, purge })
      }
      const { stopSharedStack } = await import("@saleproof/stack/shared.ts")
      const stopped = await stopSharedStack({ env: io.env, purge })
      io.stderr(stopped ? "Stopped.\n" : "Nothing was running.\n")
    })
}
