import { expect, inject, it } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { ticketProject } from "./support/ticket-project.ts"
import { openTicketShop } from "./ticket-shop/server.ts"

const Report = z.object({
  verdict: z.string(),
  reasons: z.array(z.string()),
  cutOff: z.number(),
  failed: z.number(),
})

it("does not blame the target for what k6 cut off at its end", async () => {
  await using shop = await openTicketShop({ delayMs: 350 })
  await using project = await ticketProject()
  const where = ["--target", shop.url, "--influx", inject("influxUrl"), "--format", "json"]
  const run = await loadctl(["run", "--scenario", "cut", ...where], { cwd: project.folder })
  const report = Report.parse(JSON.parse(run.stdout))
  expect(report).toMatchObject({ verdict: "PASS", reasons: [], failed: 0 })
  expect(report.cutOff).toBeGreaterThan(0)
  const text = await loadctl(["report"], { cwd: project.folder })
  expect(text.stdout).toMatch(/cut off +\d iterations? at the end, in no figure/)
})
