import { readFile, readdir } from "node:fs/promises"
import { join } from "node:path"

import { expect, inject, it, vi } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { ticketProject } from "./support/ticket-project.ts"
import { openTicketShop } from "./ticket-shop/server.ts"

const Capacity = z.object({
  schema: z.literal("saleproof.capacity/1"),
  ended: z.string(),
  capacity: z.number().nullable(),
  atLeast: z.boolean(),
  found: z.object({
    load: z.number().nullable(),
    broken: z.number().nullable(),
    edge: z.object({ low: z.number(), high: z.number() }).nullable(),
  }),
  firstBroken: z.object({ endpoint: z.string(), metric: z.string() }).nullable(),
  steps: z.array(z.object({ load: z.number(), outcome: z.string(), runId: z.string() })),
})

it("finds what a shop of known capacity completes, and names what broke", async () => {
  await using shop = await openTicketShop({ ticketsPerSecond: 60 })
  await using project = await ticketProject()
  const flags = [
    "--start",
    "40",
    "--max-rate",
    "200",
    "--duration",
    "2s",
    "--precision",
    "50%",
    "--save",
    "results/capacity",
    "--format",
    "json",
  ]
  const where = ["--target", shop.url, "--influx", inject("influxUrl")]
  const run = await loadctl(["capacity", "--scenario", "arrivals", ...flags, ...where], {
    cwd: project.folder,
  })

  expect(run.exitCode).toBe(0)
  const report = Capacity.parse(JSON.parse(run.stdout))
  expect(report.ended).toBe("found")
  expect(report.firstBroken).toEqual({ endpoint: "buy", metric: "errorRate" })
  expect(report.capacity).toBeGreaterThanOrEqual(40)
  expect(report.capacity).toBeLessThanOrEqual(66)
  expect(report.atLeast).toBe(false)
  expect(report.found.edge!.high / report.found.edge!.low).toBeLessThan(1.7)
  expect(report.steps.length).toBeLessThanOrEqual(16)

  const [saved = ""] = await readdir(join(project.folder, ".loadctl/capacity"))
  const file = await readFile(join(project.folder, ".loadctl/capacity", saved), "utf8")
  expect(JSON.parse(file)).toEqual(JSON.parse(run.stdout))
  expect(await readFile(join(project.folder, "results/capacity.json"), "utf8")).toBe(`${run.stdout}\n`)
  const markdown = await readFile(join(project.folder, "results/capacity.md"), "utf8")
  expect(markdown).toMatch(/buy breaks first: [\d.]+ % failed, none may/)
  expect(markdown).toMatch(/made by: `loadctl capacity --scenario arrivals --start 40 /)
  const runs = await readdir(join(project.folder, ".loadctl/runs"))
  expect(runs.toSorted()).toEqual(report.steps.map(({ runId }) => runId).toSorted())
})

it("turns up users instead, up to the highest that it may try", async () => {
  await using shop = await openTicketShop()
  await using project = await ticketProject()
  const flags = ["--vus", "--start", "2", "--max-rate", "3", "--duration", "1s"]
  const where = ["--target", shop.url, "--influx", inject("influxUrl")]
  const run = await loadctl(["capacity", "--scenario", "users", ...flags, ...where], { cwd: project.folder })
  expect(run.stdout).toContain("CAPACITY  users: at least 3 VUs completed within the SLA")
  expect(run.stdout).toContain("nothing broke up to 3 VUs, the highest load to be tried")
  expect(run.exitCode).toBe(0)
})

it("refuses a script that ignores its settings: exit 2", async () => {
  await using shop = await openTicketShop()
  await using project = await ticketProject()
  const where = ["--target", shop.url, "--influx", inject("influxUrl")]
  const run = await loadctl(["capacity", "--scenario", "deaf", "--start", "1000", ...where], {
    cwd: project.folder,
  })
  expect(run.exitCode).toBe(2)
  expect(run.stderr).toContain("the script does not read RATE")
})

it("keeps what it has found when it is interrupted: exit 130", async () => {
  await using shop = await openTicketShop()
  await using project = await ticketProject()
  const where = ["--target", shop.url, "--influx", inject("influxUrl")]
  const flags = [
    "--start",
    "20",
    "--duration",
    "1s",
    "--arrivals",
    "poisson",
    "--max-rate",
    "20",
    "--format",
    "json",
  ]
  const run = loadctl(["capacity", "--scenario", "arrivals", ...flags, ...where], { cwd: project.folder })
  let output = ""
  run.stderr.on("data", (text: Buffer) => (output += text.toString()))
  await vi.waitFor(() => expect(output).toContain("20 iterations/s: pass"), { timeout: 20_000 })
  run.kill("SIGINT")
  const { exitCode, stdout } = await run
  expect(exitCode).toBe(130)
  expect(Capacity.parse(JSON.parse(stdout))).toMatchObject({ ended: "interrupted", found: { load: 20 } })
})
