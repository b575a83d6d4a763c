import { readFile, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, inject, it, vi } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { ticketProject } from "./support/ticket-project.ts"
import { openTicketShop } from "./ticket-shop/server.ts"

const Ab = z.object({
  schema: z.literal("saleproof.ab/1"),
  ended: z.string(),
  runs: z.array(z.object({ round: z.number(), side: z.string(), runId: z.string(), verdict: z.string() })),
  comparison: z
    .object({
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
    .nullable(),
})

const ROOT = join(import.meta.dirname, "../../..")

it("runs two targets in turns and finds the slower one beyond the noise: exit 4", async () => {
  await using fast = await openTicketShop()
  await using slow = await openTicketShop({ delayMs: 60 })
  await using project = await ticketProject()
  const where = ["--a-target", fast.url, "--b-target", slow.url, "--influx", inject("influxUrl")]
  const flags = ["--rounds", "4", "--scale", "0.5", "--format", "json"]
  const run = await loadctl(["ab", "--scenario", "visits", ...flags, ...where], { cwd: project.folder })

  expect(run.exitCode).toBe(4)
  const report = Ab.parse(JSON.parse(run.stdout))
  expect(report.runs.map(({ side }) => side).join("")).toBe("abbaabba")
  expect(report.comparison?.method?.unit).toBe("run")
  const shows = report.comparison?.endpoints.find(({ name }) => name === "shows")
  const p50 = shows?.differences.find(({ metric }) => metric === "p50")
  expect(p50?.verdict).toBe("worse")
  expect(p50?.noise).not.toBeNull()
  const [saved = ""] = await readdir(join(project.folder, ".loadctl/ab"))
  const file = await readFile(join(project.folder, ".loadctl/ab", saved), "utf8")
  expect(JSON.parse(file)).toEqual(JSON.parse(run.stdout))
}, 60_000)

it("keeps the rounds that are done when it is interrupted: exit 130", async () => {
  await using shop = await openTicketShop()
  await using project = await ticketProject()
  const where = ["--a-target", shop.url, "--b-target", shop.url, "--influx", inject("influxUrl")]
  const flags = ["--rounds", "9", "--format", "json"]
  const run = loadctl(["ab", "--scenario", "visits", ...flags, ...where], { cwd: project.folder })
  let told = ""
  run.stderr.on("data", (text: Buffer) => (told += text.toString()))
  await vi.waitFor(() => expect(told).toContain("A: PASS"), { timeout: 20_000 })
  run.kill("SIGINT")
  const { exitCode, stdout } = await run
  expect(exitCode).toBe(130)
  const report = Ab.parse(JSON.parse(stdout))
  expect(report.ended).toBe("interrupted")
  expect(report.runs[0]).toMatchObject({ round: 1, side: "a", verdict: "PASS" })
})

it("sets up a private stack of this repository for each side", async () => {
  const flags = ["--a", "ORDER_STRATEGY=conditional", "--b", "ORDER_STRATEGY=batched", "--rounds", "1"]
  await using project = await ticketProject()
  const file = await readFile(join(ROOT, "loadctl.yaml"), "utf8")
  // How fast the sides are is not what this is about, so they may stay cold.
  const cold = file.replace(/^warmUp:.*$/m, "").replace("k6-scripts/", `${ROOT}/k6-scripts/`)
  await writeFile(join(project.folder, "loadctl.yaml"), cold)
  const run = await loadctl(["ab", "--scenario", "smoke", ...flags], { cwd: project.folder })
  expect(run.stdout).toContain("B (ORDER_STRATEGY=batched) against A (ORDER_STRATEGY=conditional)")
  expect(run.stdout).toMatch(/environment of the API +ORDER_STRATEGY=conditional → ORDER_STRATEGY=batched/)
  // Two runs of a second or two each are too short to be compared, and that is not green.
  expect(run.exitCode).toBe(5)
}, 90_000)

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
})
