import { writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { runCommand } from "@saleproof/command/command.ts"
import { processIo } from "@saleproof/command/io.ts"

import { dashboardFiles } from "./files.ts"

const USAGE = `Usage: npm run dashboards

Writes dashboards/load-test.json and dashboards/shop.json again from dashboards/src and the sla of loadctl.yaml.

Example:
  npm run dashboards

Exit codes: 0 written, 1 a bug of this program, 2 bad options.
`

async function write(): Promise<number> {
  for (const { file, text } of dashboardFiles()) writeFileSync(file, text)
  return 0
}

process.exitCode = await runCommand(
  { usage: USAGE, options: {}, run: write },
  process.argv.slice(2),
  processIo(join(import.meta.dirname, "../..")),
)
