import { expect, it } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { STEADY, recordRun, saveRun } from "./support/runs.ts"
import type { Recording } from "./support/runs.ts"
import { ticketProject } from "./support/ticket-project.ts"

const Comparison = z.object({
  schema: z.literal("saleproof.comparison/1"),
  verdict: z.string(),
  reasons: z.array(z.string()),
  method: z
    .object({ unit: z.string(), units: z.object({ base: z.number(), candidate: z.number() }) })
    .nullable(),
  endpoints: z.array(
    z.object({
      name: z.string(),
      verdict: z.string(),
      differences: z.array(
        z.object({
          metric: z.string(),
          change: z.number().nullable(),
          interval: z.object({ low: z.number(), high: z.number() }).nullable(),
        }),
      ),
    }),
  ),
})

const SLOW = { ...STEADY, buy: { perSecond: 10, ms: 160 } }

/** A project with these runs in its history. */
async function history(...recordings: Recording[]) {
  const project = await ticketProject()
  for (const recording of recordings) await saveRun(project.folder, recordRun(recording))
  return project
}

const group = (side: string, seed: number, endpoints = STEADY): Recording[] =>
  [1, 2, 3, 4].map((index) => ({ runId: `${side}${index}`, seconds: 20, seed: seed + index, endpoints }))
const A = "a1,a2,a3,a4"
const B = "b1,b2,b3,b4"

it("exits 0 when no figure is worse, and 5 on request when the runs do not decide", async () => {
  await using project = await history({ runId: "one", seed: 1 }, { runId: "two", seed: 2, endpoints: SLOW })
  const run = await loadctl(["compare", "one", "two"], { cwd: project.folder })
  expect(run.stdout).toMatch(/^INCONCLUSIVE {2}steady/m)
  expect(run.stdout).toMatch(/Cannot tell the runs apart from noise .* runs a side would show 10 %/)
  expect(run.exitCode).toBe(0)
  const strict = await loadctl(["compare", "one", "two", "--fail-on", "inconclusive"], {
    cwd: project.folder,
  })
  expect(strict.exitCode).toBe(5)
})

it("exits 4 when something is worse, with the figures in JSON", async () => {
  await using project = await history(...group("a", 0), ...group("b", 10, SLOW))
  const run = await loadctl(["compare", A, B, "--format", "json"], { cwd: project.folder })
  expect(run.exitCode).toBe(4)
  const comparison = Comparison.parse(JSON.parse(run.stdout))
  expect(comparison).toMatchObject({
    verdict: "worse",
    method: { unit: "run", units: { base: 4, candidate: 4 } },
  })
  const buy = comparison.endpoints.find(({ name }) => name === "buy")
  const p95 = buy?.differences.find(({ metric }) => metric === "p95")
  expect(p95?.interval?.low).toBeGreaterThan(0)
  expect(p95?.interval?.high).toBeGreaterThanOrEqual(p95?.change ?? Number.POSITIVE_INFINITY)
})

it("takes the limits of what counts from its flags", async () => {
  await using project = await history(...group("a", 0), ...group("b", 10, SLOW))
  const flags = ["--min-effect", "150%", "--min-effect-ms", "5"]
  const run = await loadctl(["compare", A, B, ...flags], { cwd: project.folder })
  expect(run.stdout).toContain("a change counts from 150 % and 5 ms")
  expect(run.exitCode).toBe(0)
})

it("compares with the latest run when only the base is named", async () => {
  await using project = await history(
    { runId: "20261122-1" },
    { runId: "20261122-2", seed: 2, endpoints: SLOW },
  )
  const run = await loadctl(["compare", "20261122-1"], { cwd: project.folder })
  expect(run.stdout).toMatch(/candidate +20261122-2/)
  expect(run.exitCode).toBe(0)
})

it("shows a pull request what became worse", async () => {
  await using project = await history(...group("a", 0), ...group("b", 10, SLOW))
  const run = await loadctl(["compare", A, B, "--format", "markdown"], { cwd: project.folder })
  expect(run.stdout).toContain("### ❌ steady: worse")
  expect(run.stdout).toContain("4 against 4 runs")
  expect(run.exitCode).toBe(4)
})

it("exits 5 when the comparison could not be made, and says why", async () => {
  await using project = await history(
    { runId: "one" },
    { runId: "other", seed: 2, scenario: "other" },
    { runId: "void", seed: 3, verdict: "INVALID" },
  )
  const other = await loadctl(["compare", "one", "other"], { cwd: project.folder })
  expect(other.stdout).toContain("? Another scenario: one has steady, other has other.")
  const invalid = await loadctl(["compare", "one", "void"], { cwd: project.folder })
  expect(invalid.stdout).toContain("? No run of the candidate can be compared. void is void: k6 alone used")
  expect([other.exitCode, invalid.exitCode]).toEqual([5, 5])
})

it("exits 2 for a run that does not exist", async () => {
  await using project = await history({ runId: "one" })
  const run = await loadctl(["compare", "one", "nobody"], { cwd: project.folder })
  expect(run.stderr).toContain("There is no run nobody.")
  expect(run.exitCode).toBe(2)
})
