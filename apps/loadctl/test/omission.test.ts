import { expect, inject, it } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { ticketProject } from "./support/ticket-project.ts"
import { openTicketShop } from "./ticket-shop/server.ts"

const Row = z.object({ name: z.string(), p95: z.number(), correctedP95: z.number(), added: z.number() })
const Report = z.object({
  omission: z.discriminatedUnion("model", [
    z.object({ model: z.literal("open") }),
    z.object({ model: z.literal("closed"), overall: Row, endpoints: z.array(Row) }),
  ]),
})

async function omissionOf(scenario: string, stallMs: number) {
  await using shop = await openTicketShop({ stallMs })
  await using project = await ticketProject()
  const where = ["--target", shop.url, "--influx", inject("influxUrl")]
  const run = await loadctl(["run", "--scenario", scenario, "--format", "json", ...where], {
    cwd: project.folder,
  })
  return Report.parse(JSON.parse(run.stdout)).omission
}

it("adds what the users of a closed model did not ask while the target stood still", async () => {
  const omission = await omissionOf("loop", 1_500)
  const all = omission.model === "closed" ? omission.overall : undefined
  expect(all?.added).toBeGreaterThan(20)
  expect(all?.correctedP95).toBeGreaterThan(10 * (all?.p95 ?? Number.POSITIVE_INFINITY))
})

it("has nothing to add to an open model", async () => {
  expect(await omissionOf("visits", 0)).toEqual({ model: "open" })
})
