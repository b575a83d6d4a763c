import { readdir } from "node:fs/promises"
import { join } from "node:path"

import { Ajv2020 as Ajv } from "ajv/dist/2020.js"
import { describe, expect, inject, it } from "vitest"
import { z } from "zod"

import { createInflux } from "../src/influx/client.ts"
import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openInfluxProxy } from "./support/influx-proxy.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const Endpoint = z.object({
  name: z.string(),
  n: z.number(),
  rate: z.number().nullable(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  max: z.number().nullable(),
  failed: z.number(),
  limit: z.number().nullable(),
  ok: z.boolean(),
})
const Report = z.object({
  schema: z.literal("saleproof.run/1"),
  runId: z.string(),
  scenario: z.string(),
  verdict: z.enum(["PASS", "FAIL", "INVALID"]),
  reasons: z.array(z.string()),
  warnings: z.array(z.string()),
  iterations: z.number(),
  requests: z.number(),
  failed: z.number(),
  endpoints: z.array(Endpoint),
  audit: z.object({ ok: z.boolean().nullable(), checks: z.array(z.unknown()) }),
  manifest: z.object({ warmUp: z.unknown() }),
  sources: z.object({
    source: z.string(),
    recorder: z
      .object({ requests: z.number(), refusedWrites: z.number(), problems: z.array(z.string()) })
      .optional(),
    reconciliation: z.array(z.object({ name: z.string(), influxN: z.number().nullable(), k6N: z.number() })),
  }),
})

function parseReport(stdout: string) {
  return Report.parse(JSON.parse(stdout))
}

describe("loadctl run on an API that it knows nothing about", () => {
  it("passes it, from InfluxDB and k6 alike, and saves everything", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl"), "--format", "json"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })

    expect(run.stderr).toContain("Running the load")
    expect(run.exitCode).toBe(0)
    const report = parseReport(run.stdout)
    expect(report).toMatchObject({ verdict: "PASS", reasons: [], iterations: 60, requests: 120, failed: 0 })
    expect(report.endpoints.map(({ name, n, failed, ok }) => [name, n, failed, ok])).toEqual([
      ["shows", 60, 0, true],
      ["buy", 60, 0, true],
    ])
    expect(report.sources.reconciliation[0]).toMatchObject({ name: "all requests", influxN: 120, k6N: 120 })
    expect(await pointsOf(report.runId)).toBe(120)
    const saved = await readdir(join(project.folder, ".loadctl/runs", report.runId))
    expect(saved).toEqual(
      expect.arrayContaining(["plan.json", "manifest.json", "endpoints.json", "audit.json", "verdict.json"]),
    )

    const { stdout: schema } = await loadctl(["report", "--schema"], { cwd: project.folder })
    const documented = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(schema))
    documented(JSON.parse(run.stdout))
    expect(documented.errors).toBeNull()

    const again = await loadctl(["report", report.runId, "--format", "json"], { cwd: project.folder })
    expect(again.stdout).toBe(run.stdout)
  })

  it("keeps the script's own tags on its points, and the shell's variables out of its load", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl"), "--format", "json"]
    const env = { K6_VUS: "1", K6_ITERATIONS: "1", K6_INFLUXDB_PRECISION: "s", K6_SYSTEM_TAGS: "url" }
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder, env })
    const report = parseReport(run.stdout)
    expect(report).toMatchObject({ verdict: "PASS", iterations: 60, requests: 120 })
    expect(run.stderr).toContain("Ignored of the environment: K6_VUS, K6_ITERATIONS, K6_SYSTEM_TAGS")
    expect(await pointsOf(report.runId, `AND "stage" = 'evening'`)).toBe(120)
  })

  it("fails a limit that is broken: exit 4, the endpoint and the figure named", async () => {
    await using office = await openBoxOffice({ delayMs: 25 })
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl")]
    const run = await loadctl(["run", "--scenario", "impatient", ...flags], { cwd: project.folder })
    expect(run.exitCode).toBe(4)
    expect(run.stdout).toMatch(/^FAIL {2}impatient/m)
    expect(run.stdout).toMatch(/✗ shows: p95 was [\d.]+ ms, the limit is 5\.00 ms \(n = 60\)\./)
    expect(run.stdout.trimEnd().split("\n").at(-1)).toMatch(/^FAIL {2}\d{8}-\d{6}-impatient-/)
  })

  it("warms the target up on request, then seeds it again, and none of that is in the figures", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl"), "--warm-up", "--format", "json"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })
    const report = parseReport(run.stdout)
    expect(report).toMatchObject({ verdict: "PASS", iterations: 60, requests: 120 })
    expect(report.manifest.warmUp).toMatchObject({ scenario: "visitors", iterations: 60, k6ExitCode: 0 })
    expect(office.asked.filter((path) => path === "/tickets")).toHaveLength(120)
    expect(office.asked.filter((path) => path === "/reset")).toHaveLength(2)
    expect(await pointsOf(report.runId)).toBe(120)
    expect(await pointsOf(`${report.runId}-warm-up`)).toBe(0)
    const text = await loadctl(["report"], { cwd: project.folder })
    expect(text.stdout).toMatch(/warmed by visitors \(60 iterations in [\d.]+ s\) before seeding, not judged/)
  })

  it("calls a run invalid in which an endpoint of the SLA was never called: exit 5", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl")]
    const run = await loadctl(["run", "--scenario", "forgetful", ...flags], { cwd: project.folder })
    expect(run.exitCode).toBe(5)
    expect(run.stdout).toContain("refund: no data, and at least 50 samples must be.")
  })

  it("calls a run invalid whose script throws, with what it threw: exit 5", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl")]
    const run = await loadctl(["run", "--scenario", "broken", ...flags], { cwd: project.folder })
    expect(run.exitCode).toBe(5)
    expect(run.stdout).toContain("an exception in the script: Error: nobody wrote this script.")
    expect(run.stderr).not.toContain("bug")
  })

  it("calls a load that k6 could not offer invalid: exit 5", async () => {
    await using office = await openBoxOffice({ delayMs: 400 })
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", inject("influxUrl")]
    const run = await loadctl(["run", "--scenario", "overwhelmed", ...flags], { cwd: project.folder })
    expect(run.exitCode).toBe(5)
    expect(run.stdout).toMatch(/k6 dropped \d+ iterations: the planned load was not offered\./)
  })

  it("judges by its own recording when there is no InfluxDB, and says so", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", "http://127.0.0.1:1", "--format", "json"]
    const run = await loadctl(["run", "--scenario", "impatient", ...flags], { cwd: project.folder })
    const report = parseReport(run.stdout)
    expect(report.sources).toMatchObject({ source: "recorder", recorder: { requests: 120, problems: [] } })
    expect(report.warnings.join("\n")).toContain("the verdict is from the recording and k6's summary")
    expect(report.endpoints.map(({ name, n, failed }) => [name, n, failed])).toEqual([
      ["shows", 60, 0],
      ["buy", 60, 0],
    ])
    expect(report.endpoints.every(({ rate }) => rate !== null && rate > 0)).toBe(true)
    expect([0, 4]).toContain(run.exitCode)
  })

  it("writes again what InfluxDB could not take at first", async () => {
    let refused = 0
    await using proxy = await openInfluxProxy(inject("influxUrl"), ({ url }) => {
      return url?.startsWith("/write") === true && refused++ === 0 ? 503 : null
    })
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", proxy.url, "--format", "json"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })
    const report = parseReport(run.stdout)
    expect(report).toMatchObject({ verdict: "PASS", requests: 120 })
    expect(report.sources.reconciliation[0]).toMatchObject({ influxN: 120, k6N: 120 })
    expect(refused).toBeGreaterThan(1)
  })

  it("says what InfluxDB answered when it refuses the points, and judges by the recording", async () => {
    await using proxy = await openInfluxProxy(inject("influxUrl"), ({ url }) =>
      url?.startsWith("/ping") === true ? null : 401,
    )
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", proxy.url, "--format", "json"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })
    const report = parseReport(run.stdout)
    expect(report).toMatchObject({ verdict: "PASS", requests: 120, failed: 0 })
    expect(report.warnings.join("\n")).toMatch(
      /InfluxDB refused \d+ writes? with 120 requests: 401 out of order/,
    )
    expect(report.sources.recorder?.refusedWrites).toBeGreaterThan(0)
  })

  it("calls a run invalid whose InfluxDB takes the points and never answers: k6 is not delayed", async () => {
    await using proxy = await openInfluxProxy(inject("influxUrl"), ({ url }) =>
      url?.startsWith("/write") === true ? "no answer" : null,
    )
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", proxy.url, "--format", "json"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })
    const report = parseReport(run.stdout)
    expect(report).toMatchObject({ verdict: "INVALID", requests: 120, failed: 0 })
    expect(report.reasons[0]).toMatch(/InfluxDB did not get \d+ writes? with 120 requests: no answer in time/)
  })

  it("keeps the verdict of the recording when InfluxDB goes down during the run", async () => {
    await using proxy = await openInfluxProxy(inject("influxUrl"), ({ url }) => {
      if (url?.startsWith("/write") === true) void proxy.close()
      return 500
    })
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const flags = ["--target", office.url, "--influx", proxy.url, "--format", "json"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })
    const report = parseReport(run.stdout)
    expect(report.sources.source).toBe("recorder")
    expect(report).toMatchObject({ verdict: "PASS", requests: 120, failed: 0 })
  })
})

async function pointsOf(testid: string, filter = ""): Promise<number> {
  const influx = createInflux({ url: inject("influxUrl"), database: "box_office" })
  const [series] = await influx.query(
    `SELECT count("value") FROM "http_reqs" WHERE "testid" = '${testid}' AND "scenario" = 'visitors' ${filter}`,
  )
  return Number(series?.values[0]?.[1] ?? 0)
}
