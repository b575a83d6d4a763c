import { expect, inject, it } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { ticketProject } from "./support/ticket-project.ts"
import { openTicketShop } from "./ticket-shop/server.ts"

const Report = z.object({ runId: z.string(), verdict: z.string(), requests: z.number() })
const History = z.object({ runs: z.array(z.object({ runId: z.string() })) })

it("keeps runs apart that go on at the same time in one project", async () => {
  // A target takes one run at a time, so each has its own.
  await using first = await openTicketShop()
  await using second = await openTicketShop()
  await using third = await openTicketShop()
  await using project = await ticketProject()
  const flags = ["--influx", inject("influxUrl"), "--format", "json"]
  const start = ({ url }: { url: string }) =>
    loadctl(["run", "--scenario", "visits", "--target", url, ...flags], { cwd: project.folder })
  const runs = await Promise.all([start(first), start(second), start(third)])
  const reports = runs.map(({ stdout }) => Report.parse(JSON.parse(stdout)))
  const ids = reports.map(({ runId }) => runId)
  expect(new Set(ids).size).toBe(3)
  // Two requests a visit, 40 visits per second for 3 s, one more or less at the edges.
  for (const { requests } of reports) expect(requests).toBeLessThanOrEqual(2 * 121)
  const { stdout } = await loadctl(["runs", "--format", "json"], { cwd: project.folder })
  const listed = History.parse(JSON.parse(stdout)).runs.map(({ runId }) => runId)
  expect(listed.toSorted()).toEqual(ids.toSorted())
  for (const [index, runId] of ids.entries()) {
    const again = await loadctl(["report", runId, "--format", "json"], { cwd: project.folder })
    expect(again.stdout).toBe(runs[index]?.stdout)
  }
})
