import { cp } from "node:fs/promises"
import { join } from "node:path"

import { expect, it } from "vitest"
import { z } from "zod"

import { boxOfficeProject, loadctl } from "./support/loadctl.ts"

const Report = z.object({
  verdict: z.string(),
  requests: z.number(),
  failed: z.number(),
  iterationsAccount: z.null(),
  sources: z.object({ source: z.string() }),
})

// Saved by the last version that judged from InfluxDB.
const OLD = join(import.meta.dirname, "fixtures/runs/without-recorder")
const RUN = "20261125-200601-visitors-8ca0"

it("reads a run that was saved before there was a recorder", async () => {
  await using project = await boxOfficeProject()
  await cp(OLD, join(project.folder, ".loadctl/runs", RUN), { recursive: true })
  const json = await loadctl(["report", RUN, "--format", "json"], { cwd: project.folder })
  expect(Report.parse(JSON.parse(json.stdout))).toMatchObject({
    verdict: "PASS",
    requests: 120,
    failed: 0,
    sources: { source: "influxdb" },
  })
  const text = await loadctl(["report", RUN], { cwd: project.folder })
  expect(text.stdout).toContain("InfluxDB 120 requests, k6 120 (the same)")
  const html = await loadctl(["report", RUN, "--format", "html"], { cwd: project.folder })
  expect(html.stdout).toContain("Percentiles are over the requests themselves")
  expect(html.stderr).not.toContain("bug")
})
