import type { Command } from "commander"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"

export function registerInit(program: Command, io: Io): void {
  program
    .command("init")
    .description("write a commented loadctl.yaml to start from")
    .option("--force", "write over one that is already here")
    .addHelpText("after", "\nExample:\n  $ loadctl init")
    .action(async (flags: { force?: boolean }) => {
      const [fs, path, { CONFIG_FILE }, { STARTER_CONFIG }] = await Promise.all([
        import("node:fs/promises"),
        import("node:path"),
        import("../config.ts"),
        import("../plan/starter-config.ts"),
      ])
      await fs
        .writeFile(path.join(io.cwd, CONFIG_FILE), STARTER_CONFIG, { flag: flags.force ? "w" : "wx" })
        .catch((error: unknown) => {
          if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
          throw usageError(`There is a ${CONFIG_FILE} here already.`, "--force writes over it.")
        })
      io.stdout(
        `Wrote ${CONFIG_FILE}. Put in your target and your script, then: loadctl run --scenario checkout\n`,
      )
    })
}
