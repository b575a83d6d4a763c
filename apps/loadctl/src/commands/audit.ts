import type { Command } from "commander"

import { EXIT, missingError, usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = { format: "text" | "json"; config?: string; target?: string }

export function registerAudit(program: Command, io: Io): void {
  withConfig(program.command("audit"))
    .description("ask the target whether its invariants hold, without any load")
    .option("-t, --target <url>", "the API to ask")
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nExit codes: 0 every invariant holds, 3 the target does not answer, 4 one is violated.\n" +
        "\nExample:\n  $ loadctl audit --target http://127.0.0.1:8080",
    )
    .action(async (flags: Flags) => {
      const [{ createApi }, { runAudit }, { renderAudit }] = await Promise.all([
        import("../run/api.ts"),
        import("../audit/audit.ts"),
        import("../report/audit.ts"),
      ])
      const { config } = await readConfig(io, flags)
      if (!config.audit) throw usageError("loadctl.yaml names no audit endpoint.", "audit: { path: /audit }")
      const api = createApi(config.target.url, io.env)
      const audit = await runAudit(api, config.audit, { settleMs: 0, signal: io.interrupted })
      if (audit.state !== "done") {
        throw missingError(
          `The audit of ${config.target.url} did not answer${"text" in audit ? `: ${audit.text}` : ""}.`,
        )
      }
      const { ok, checks } = audit
      io.stdout(flags.format === "json" ? jsonText({ ok, checks }) : renderAudit({ ok, checks }))
      io.setExitCode(ok ? EXIT.pass : EXIT.fail)
    })
}
