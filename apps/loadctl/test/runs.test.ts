import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, it } from "vitest"
import { z } from "zod"

import { createStore } from "../src/store.ts"
import { loadctl } from "./support/loadctl.ts"
import { recordRun, saveRun } from "./support/runs.ts"
import { ticketProject } from "./support/ticket-project.ts"

const History = z.object({
  schema: z.literal("saleproof.runs/1"),
  runs: z.array(z.object({ runId: z.string(), scenario: z.string(), settings: z.array(z.string()) })),
  trends: z.array(z.object({ kind: z.string(), runs: z.number(), verdicts: z.array(z.string()) })),
})

const history = async (folder: string, ...flags: string[]) => {
  const { stdout } = await loadctl(["runs", "--format", "json", ...flags], { cwd: folder })
  return History.parse(JSON.parse(stdout))
}

it("lists the runs newest first, and a trend for each kind of them", async () => {
  await using project = await ticketProject()
  const env = { ORDER_STRATEGY: "conditional" }
  await saveRun(project.folder, recordRun({ runId: "20261122-1" }))
  await saveRun(project.folder, recordRun({ runId: "20261122-2", verdict: "FAIL" }))
  await saveRun(project.folder, recordRun({ runId: "20261122-3", apiEnv: env }))
  await saveRun(project.folder, recordRun({ runId: "20261122-4", scenario: "other" }))
  const all = await history(project.folder)
  expect(all.runs.map(({ runId }) => runId)).toEqual(["20261122-4", "20261122-3", "20261122-2", "20261122-1"])
  expect(all.trends).toEqual([
    { kind: "other", runs: 1, verdicts: ["PASS"] },
    { kind: "steady, ORDER_STRATEGY=conditional", runs: 1, verdicts: ["PASS"] },
    { kind: "steady", runs: 2, verdicts: ["PASS", "FAIL"] },
  ])
  expect((await history(project.folder, "--scenario", "other")).runs).toHaveLength(1)
  const { stdout } = await loadctl(["runs"], { cwd: project.folder })
  expect(stdout).toMatch(/^steady +2 +✓✗ /m)
})

it("shows the other runs while one folder is unfinished or damaged", async () => {
  await using project = await ticketProject()
  await saveRun(project.folder, recordRun({ runId: "20261122-1" }))
  const store = createStore(project.folder)
  await store.create("20261122-2")
  await mkdir(join(store.home, "20261122-3"))
  await writeFile(join(store.home, "20261122-3", "plan.json"), '{"schema": "saleproof.pl')
  const { runs } = await history(project.folder)
  expect(runs.map(({ runId }) => runId)).toEqual(["20261122-1"])
})
