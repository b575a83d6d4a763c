import { mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"

import writeFileAtomic from "write-file-atomic"

import { writing } from "../errors.ts"
import { redactPlan } from "../machine/redact-plan.ts"
import type { RunPlan } from "../plan/plan.ts"

/** Keeps the plan of a run that others will make, apart from the runs: until it is judged it is none. */
export async function saveExport(root: string, plan: RunPlan): Promise<void> {
  const folder = exportsFolder(root)
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true })
    await writeFileAtomic(
      join(folder, `${plan.runId}.json`),
      `${JSON.stringify(redactPlan(plan), null, 2)}\n`,
    )
  })
}

/** The plan of an exported run, as it stands in its file; null where there is none. */
export async function readExport(root: string, runId: string): Promise<unknown> {
  const text = await readFile(join(exportsFolder(root), `${runId}.json`), "utf8").catch(() => null)
  return text === null ? null : JSON.parse(text)
}

function exportsFolder(root: string): string {
  return join(root, ".loadctl", "exports")
}
