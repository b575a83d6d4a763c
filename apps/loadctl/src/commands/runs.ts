import { existsSync } from "node:fs"
import { join, relative } from "node:path"

import type { Command } from "commander"

import type { Io } from "../io.ts"
import type { History } from "../report/runs.ts"
import type { Store } from "../store.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = { format: "text" | "json" | "html"; config?: string; scenario?: string }

const HELP = `
Runs of a kind do the same load: scenario, persona, variants, scale and settings are the same. A trend has the last 40
of them, ✓ pass, ✗ fail, ? invalid, and shows the latest p95 beside the median of those before. Change points follow:
the runs, with their commits, from which on the level of p95 is another one, also after a slow drift (E-divisive means
with a permutation test; at most 1 of 100 histories without a change shows one). To compare two groups of runs, use
\`loadctl compare\`.

Examples:
  $ loadctl runs
  $ loadctl runs --scenario flow_300vus --format json
  $ loadctl runs --format html > runs.html           also kept beside the runs, with links to their pages`

/** Prints the page and keeps it beside the runs, from where its links lead; on a terminal its name is all of it. */
async function printIndex(io: Io, store: Store, history: History): Promise<void> {
  const { renderIndexHtml } = await import("../report/html/index-page.ts")
  const { default: writeFileAtomic } = await import("write-file-atomic")
  const reports = history.runs.filter(({ runId }) => existsSync(join(store.home, runId, "report.html")))
  const page = renderIndexHtml(history, new Set(reports.map(({ runId }) => runId)))
  const file = join(store.home, "index.html")
  if (history.runs.length > 0) await writeFileAtomic(file, page)
  io.stdout(io.stdoutIsTTY ? `${relative(io.cwd, file)}\n` : page)
}

export function registerRuns(program: Command, io: Io): void {
  withConfig(program.command("runs"))
    .description("the history of runs, newest first, and the trend of each kind")
    .option("-s, --scenario <name>", "only those of one scenario")
    .addOption(formatOption(["text", "json", "html"]))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const [{ createStore }, { readHistory, renderRuns }] = await Promise.all([
        import("../store.ts"),
        import("../report/runs.ts"),
      ])
      const store = createStore((await readConfig(io, flags)).root)
      const history = await readHistory(store, flags.scenario)
      if (flags.format === "html") return printIndex(io, store, history)
      return io.stdout(flags.format === "json" ? jsonText(history) : renderRuns(history, io.stdoutColumns))
    })
}
