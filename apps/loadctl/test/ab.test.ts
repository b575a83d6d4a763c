import { once } from "node:events"
import { readFile, readdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, inject, it, vi } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { ticketProject } from "./support/ticket-project.ts"
import { openTicketShop } from "./ticket-shop/server.ts"

const Comparison = z.object({
  verdict: z.string(),
  method: z.object({ unit: z.string() }).nullable(),
  endpoints: z.array(
    z.object({
      name: z.string(),
      differences: z.array(
        z.object({ metric: z.string(), verdict: z.string(), noise: z.number().nullable() }),
      ),
    }),
  ),
})
const Ab = z.object({
  schema: z.literal("saleproof.ab/2"),
  ended: z.string(),
  command: z.string(),
  sides: z.record(z.string(), z.object({ env: z.record(z.string(), z.string()) })),
  runs: z.array(z.object({ round: z.number(), side: z.string(), runId: z.string(), verdict: z.string() })),
  summaries: z.array(
    z.object({
      side: z.string(),
      verdict: z.string(),
      requests: z.number(),
      endpoints: z.array(z.object({ name: z.string() })),
      audit: z.boolean().nullable(),
    }),
  ),
  comparisons: z.array(z.object({ side: z.string(), comparison: Comparison.nullable() })),
  manifest: z.object({ versions: z.object({ k6: z.string() }), warmUp: z.unknown() }).nullable(),
})

const ROOT = join(import.meta.dirname, "../../..")

it("runs two targets in turns and finds the slower one beyond the noise: exit 4", async () => {
  await using fast = await openTicketShop()
  await using slow = await openTicketShop({ delayMs: 60 })
  await using project = await ticketProject()
  const where = ["--a-target", fast.url, "--b-target", slow.url, "--influx", inject("influxUrl")]
  const flags = ["--rounds", "6", "--scale", "0.4", "--format", "json"]
  const run = await loadctl(["ab", "--scenario", "visits", ...flags, ...where], { cwd: project.folder })

  expect(run.exitCode).toBe(4)
  const report = Ab.parse(JSON.parse(run.stdout))
  expect(report.runs.map(({ side }) => side).join("")).toBe("abbaabbaabba")
  const [{ comparison } = { comparison: null }] = report.comparisons
  expect(comparison?.method?.unit).toBe("round")
  expect(run.stderr).toMatch(/Judged after round 6\. If runs spread by 5 %, /)
  const shows = comparison?.endpoints.find(({ name }) => name === "shows")
  const p50 = shows?.differences.find(({ metric }) => metric === "p50")
  expect(p50?.verdict).toBe("worse")
  expect(p50?.noise).not.toBeNull()
  const [saved = ""] = await readdir(join(project.folder, ".loadctl/ab"))
  const file = await readFile(join(project.folder, ".loadctl/ab", saved), "utf8")
  expect(JSON.parse(file)).toEqual(JSON.parse(run.stdout))
}, 90_000)

it("keeps the rounds that are done when it is interrupted: exit 130", async () => {
  await using shop = await openTicketShop()
  await using project = await ticketProject()
  const where = ["--a-target", shop.url, "--b-target", shop.url, "--influx", inject("influxUrl")]
  const flags = ["--rounds", "9", "--equal-sides", "--format", "json"]
  const run = loadctl(["ab", "--scenario", "visits", ...flags, ...where], { cwd: project.folder })
  let output = ""
  run.stderr.on("data", (text: Buffer) => (output += text.toString()))
  await vi.waitFor(() => expect(output).toContain("A: PASS"), { timeout: 20_000 })
  run.kill("SIGINT")
  const { exitCode, stdout } = await run
  expect(exitCode).toBe(130)
  const report = Ab.parse(JSON.parse(stdout))
  expect(report.ended).toBe("interrupted")
  expect(report.runs[0]).toMatchObject({ round: 1, side: "a", verdict: "PASS" })
})

/** This repository's own shop, without a warm-up: how fast the sides are is not what these tests are about. */
async function shopProject() {
  const project = await ticketProject()
  const file = await readFile(join(ROOT, "loadctl.yaml"), "utf8")
  await writeFile(join(project.folder, "loadctl.yaml"), file.replace("k6-scripts/", `${ROOT}/k6-scripts/`))
  // The file names the stack's package, which is looked for beside it.
  await symlink(join(ROOT, "node_modules"), join(project.folder, "node_modules"))
  return project
}

it("sets up a private stack of this repository for each side", async () => {
  const flags = ["--a", "ORDER_STRATEGY=conditional", "--b", "ORDER_STRATEGY=batched", "--rounds", "1"]
  await using project = await shopProject()
  const run = await loadctl(["ab", "--scenario", "smoke", "--no-warm-up", ...flags], { cwd: project.folder })
  expect(run.stdout).toContain("B (ORDER_STRATEGY=batched) against A (ORDER_STRATEGY=conditional)")
  expect(run.stdout).toMatch(/environment of the API +ORDER_STRATEGY=conditional → ORDER_STRATEGY=batched/)
  // One round describes and calls nothing.
  expect(run.stdout).toContain("Cannot tell the runs apart from noise (fewer than 6 rounds)")
  expect(run.exitCode).toBe(0)
}, 90_000)

it("varies one setting over several values and writes the result to the path of --save", async () => {
  await using project = await shopProject()
  const strategies = ["multilock_wide", "multilock_narrow", "conditional", "batched"]
  const flags = ["--vary", `ORDER_STRATEGY=${strategies.join()}`, "--env", "LOG_LEVEL=error", "--rounds", "1"]
  const saving = ["--save", "results/strategies", "--no-warm-up", "--format", "json"]
  const run = await loadctl(["ab", "--scenario", "smoke", ...flags, ...saving], { cwd: project.folder })
  const report = Ab.parse(JSON.parse(run.stdout))
  expect(Object.values(report.sides).map(({ env }) => env)).toEqual(
    strategies.map((strategy) => ({ ORDER_STRATEGY: strategy, LOG_LEVEL: "error" })),
  )
  expect(report.summaries.map(({ side, audit }) => [side, audit])).toEqual(
    ["a", "b", "c", "d"].map((side) => [side, true]),
  )
  expect(report.manifest?.warmUp).toBeNull()
  const results = join(project.folder, "results")
  expect(await readFile(join(results, "strategies.json"), "utf8")).toBe(`${run.stdout}\n`)
  const markdown = await readFile(join(results, "strategies.md"), "utf8")
  expect(markdown).toContain("| D | LOG_LEVEL=error ORDER_STRATEGY=batched |")
  expect(markdown).toContain(
    "made by: `npx loadctl ab --scenario smoke --vary ORDER_STRATEGY=multilock_wide,",
  )
  expect(markdown).toMatch(/- versions: loadctl [\d.]+, k6 2\./)
}, 150_000)

it("refuses sides that are not of a kind: exit 2", async () => {
  await using project = await ticketProject()
  const start = (...flags: string[]) =>
    loadctl(["ab", "--scenario", "visits", ...flags], { cwd: project.folder })
  const one = await start("--a-target", "http://127.0.0.1:1")
  expect([one.exitCode, one.stderr]).toEqual([
    2,
    expect.stringContaining("Give both sides a target, or neither."),
  ])
  const both = await start(
    "--a",
    "X=1",
    "--a-target",
    "http://127.0.0.1:1",
    "--b-target",
    "http://127.0.0.1:2",
  )
  expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining("--a sets up a private stack")])
  const none = await start("--a", "X=1")
  expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("no private stack to set up")])
  const varied = await start("--vary", "X=1,2", "--a", "X=1")
  expect([varied.exitCode, varied.stderr]).toEqual([2, expect.stringContaining("--vary makes every side")])
  const twice = await start("--vary", "X=1,1")
  expect([twice.exitCode, twice.stderr]).toEqual([2, expect.stringContaining("2 to 8 different values")])
})

it("does not begin two equal sides where nobody can be asked: exit 2", async () => {
  await using project = await ticketProject()
  const where = ["--a-target", "http://127.0.0.1:1", "--b-target", "http://127.0.0.1:1"]
  const run = await loadctl(["ab", "--scenario", "visits", ...where], { cwd: project.folder })
  expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining("--equal-sides")])
})

it("stops when nobody reads what it says any more: `ab 2>&1 | head -1`", async () => {
  await using shop = await openTicketShop()
  await using project = await ticketProject()
  const where = ["--a-target", shop.url, "--b-target", shop.url, "--influx", inject("influxUrl")]
  const flags = ["--rounds", "9", "--equal-sides", ...where]
  const run = loadctl(["ab", "--scenario", "visits", ...flags], { cwd: project.folder })
  await once(run.stderr, "data")
  run.stderr.destroy()
  run.stdout.destroy()
  expect((await run).exitCode).toBe(130)
}, 60_000)

it("refuses to begin what it could not save: exit 2", async () => {
  await using project = await ticketProject()
  const where = ["--a-target", "http://127.0.0.1:1", "--b-target", "http://127.0.0.1:1"]
  const flags = ["--save", "loadctl.yaml/strategies", ...where]
  const run = await loadctl(["ab", "--scenario", "visits", ...flags], { cwd: project.folder })
  expect([run.exitCode, run.stderr]).toEqual([
    2,
    expect.stringContaining("--save loadctl.yaml/strategies cannot be written"),
  ])
})
