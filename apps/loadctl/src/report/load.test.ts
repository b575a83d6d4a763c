import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { expect, it } from "vitest"

import { measurement } from "../../test/fixtures/evidence.ts"
import { recordRun } from "../../test/support/runs.ts"
import { PLAN_SCHEMA } from "../plan/plan.ts"
import { createStore } from "../store.ts"
import { loadReport } from "./load.ts"
import { loadSamples } from "./samples.ts"

async function savedRun() {
  const root = await mkdtemp(join(tmpdir(), "loadctl-damaged-"))
  const folder = await createStore(root).create("r1")
  const { plan } = recordRun({ runId: "r1", seconds: 1 })
  await folder.writeJson("plan.json", plan)
  return { folder, plan, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}

it.each([
  ["endpoints.json", "null"],
  ["endpoints.json", "[]"],
  ["endpoints.json", '{"overall": {"name": "overall", "n": 3'],
  ["verdict.json", "{}"],
  ["verdict.json", ""],
  ["audit.json", '"done"'],
  ["metrics.json", "{"],
  ["manifest.json", "7"],
  ["manifest.json", "{}"],
  ["plan.json", `{"schema": "${PLAN_SCHEMA}"}`],
])("says which file of a run is damaged: %s with %s", async (name, content) => {
  await using run = await savedRun()
  await writeFile(run.folder.file(name), content)
  await expect(loadReport(run.folder)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(`${name} is damaged: `),
  })
})

it("refuses a run that passed without what it measured", async () => {
  await using run = await savedRun()
  await run.folder.writeJson("verdict.json", { verdict: "PASS", reasons: [], warnings: [], expectations: [] })
  const message = expect.stringContaining(
    "endpoints.json is damaged: the run passed, and the file is missing.",
  )
  await expect(loadReport(run.folder)).rejects.toMatchObject({ exitCode: 2, message })
  await run.folder.writeJson("endpoints.json", measurement())
  await expect(loadReport(run.folder)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("audit.json is damaged: the run passed, and the file is missing."),
  })
  await run.folder.writeJson("audit.json", { state: "off" })
  expect(await loadReport(run.folder)).toMatchObject({ verdict: "PASS" })
})

it("says so of a recording that is none, and reads the plan of a run that came no further", async () => {
  await using run = await savedRun()
  await writeFile(run.folder.file("samples.bin"), "this is no recording")
  await expect(loadSamples(run.folder, run.plan)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("samples.bin is damaged: It is not a recording of this version."),
  })
  expect(await loadReport(run.folder)).toMatchObject({ verdict: "INVALID", runId: "r1" })
})
