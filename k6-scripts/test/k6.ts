import { execFile } from "node:child_process"
import { mkdtempDisposable, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { inject } from "vitest"

import type { K6Summary, RunSummary } from "../lib/summary.ts"

const SCRIPT = join(import.meta.dirname, "..", "flow.ts")
export type Outcome = { exitCode: number; stdout: string; stderr: string }
export type Judged = Outcome & { summary: K6Summary & { run: RunSummary & Record<string, unknown> } }

/** Runs flow.ts as somebody at a terminal would. */
export async function k6(env: Record<string, string>, flags: string[] = []): Promise<Outcome> {
  const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`])
  const args = ["run", "--quiet", "--no-color", "--no-usage-report", ...flags, ...variables, SCRIPT]
  return new Promise((resolve, reject) => {
    execFile(inject("k6Path"), args, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error)
      else resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

/** Runs flow.ts as loadctl does, and reads the summary file that it leaves. */
export async function judgedK6(env: Record<string, string>, flags: string[] = []): Promise<Judged> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "k6-scripts-"))
  const path = join(folder.path, "summary.json")
  const outcome = await k6({ ...env, SUMMARY_PATH: path }, flags)
  return { ...outcome, summary: JSON.parse(await readFile(path, "utf8")) }
}
