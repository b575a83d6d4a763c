import { execFile } from "node:child_process"
import { mkdtempDisposable, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { inject } from "vitest"

import type { K6Summary, RunSummary } from "../lib/summary.ts"

const SCRIPTS = join(import.meta.dirname, "..")
type Script = "flow.ts" | "sale.ts"
export type Outcome = { exitCode: number; stdout: string; stderr: string }
export type Judged = Outcome & { summary: K6Summary & { run: RunSummary & Record<string, unknown> } }

/** Runs a script as somebody at a terminal would. */
export async function k6(
  env: Record<string, string>,
  flags: string[] = [],
  script: Script = "flow.ts",
): Promise<Outcome> {
  const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`])
  const args = [
    "run",
    "--quiet",
    "--no-color",
    "--no-usage-report",
    ...flags,
    ...variables,
    join(SCRIPTS, script),
  ]
  return new Promise((resolve, reject) => {
    execFile(inject("k6Path"), args, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error)
      else resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

/** Runs a script as loadctl does, and reads the summary file that it leaves. */
export async function judgedK6(
  env: Record<string, string>,
  flags: string[] = [],
  script?: Script,
): Promise<Judged> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "k6-scripts-"))
  const path = join(folder.path, "summary.json")
  const outcome = await k6({ ...env, SUMMARY_PATH: path }, flags, script)
  return { ...outcome, summary: JSON.parse(await readFile(path, "utf8")) }
}
