import type { Command } from "commander"

import type { Io } from "../io.ts"

export function registerList(program: Command, io: Io): void {
  program
    .command("list")
    .description("the scenarios of loadctl.yaml")
    .addHelpText("after", "\nExample:\n  $ loadctl list")
    .action(async () => {
      io.stdout("")
    })
}
