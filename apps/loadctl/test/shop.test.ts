import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"

const ROOT = join(import.meta.dirname, "../../..")
const Metrics = z.object({ samples: z.array(z.object({ values: z.record(z.string(), z.number()) })) })
const Report = z.looseObject({
  runId: z.string(),
  verdict: z.string(),
  reasons: z.array(z.string()),
  target: z.string(),
  endpoints: z.array(z.object({ name: z.string(), n: z.number(), failed: z.number() })),
  audit: z.object({ ok: z.boolean().nullable(), checks: z.array(z.unknown()) }),
})
const Expectations = z.object({ expectations: z.array(z.object({ outcome: z.string() })) })
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadctl-shop-"))
  const file = await readFile(join(ROOT, "loadctl.yaml"), "utf8")
  // Whether this machine is fast right now is not what these tests are about.
  const patient = file
    .replaceAll("p95: 200", "p95: 20000")
    .replaceAll("k6-scripts/", `${ROOT}/k6-scripts/`)
    .replace("@saleproof/stack/", `${ROOT}/packages/stack/src/`)
  await writeFile(join(folder, "loadctl.yaml"), patient)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe("loadctl run on the shop, in a private stack", () => {
  it("gives a verdict over limited coupons that InfluxDB confirms, with a clean audit, and stops everything", async () => {
    const flags = ["--private", "--limited", "--persona", "mix", "--format", "json"]
    const run = await loadctl(["run", "--scenario", "smoke", ...flags], { cwd: folder })
    const report = Report.parse(JSON.parse(run.stdout))
    expect(report).toMatchObject({
      verdict: "PASS",
      reasons: [],
      iterations: 30,
      failed: 0,
      sources: { source: "recorder", influx: { state: "ok" }, recorder: { refusedWrites: 0 } },
      audit: { ok: true },
      // A stack that was just started is cold, and warmed without being asked.
      manifest: { warmUp: { scenario: "warmup", iterations: 900 } },
    })
    expect(run.exitCode).toBe(0)
    expect(report.endpoints.find(({ name }) => name === "2_claim_coupon")).toMatchObject({ n: 30, failed: 0 })
    expect(report.audit.checks.length).toBeGreaterThanOrEqual(6)
    await expect(fetch(report.target)).rejects.toThrow("fetch failed")

    const health = await readFile(join(folder, ".loadctl/runs", report.runId, "metrics.json"), "utf8")
    const seen = Metrics.parse(JSON.parse(health)).samples.flatMap(({ values }) => Object.keys(values))
    expect(seen).toEqual(
      expect.arrayContaining([
        "api.cpu",
        "api.inFlight",
        "orders.queued",
        "orders.commit",
        "api.poolBusy",
        "api.poolWaiting",
        "worker.cpu",
        "queue.jobs",
        "database.active",
        "k6.cpu",
      ]),
    )
  })

  it("judges the opening of a sale: nobody before the start, nobody above the limit, everything sold", async () => {
    const flags = ["--private", "--scale", "0.03", "--format", "json"]
    const run = await loadctl(["run", "--scenario", "sale_opening", ...flags], { cwd: folder })
    const report = Report.parse(JSON.parse(run.stdout))
    expect(report).toMatchObject({ verdict: "PASS", reasons: [], failed: 0, audit: { ok: true } })
    const expected = Expectations.parse(report).expectations
    expect(expected.map(({ outcome }) => outcome)).toEqual(Array(6).fill("pass"))
    // 90 users: no claims and no rankings, which other scenarios owe.
    expect(report.endpoints.map(({ name }) => name).toSorted()).toEqual([
      "0_get_userId",
      "1_charge_balance",
      "5_create_order",
      "6_get_balance",
      "6_get_orders",
    ])
  })

  it("stops everything after Ctrl-C as well", async () => {
    const flags = ["--private", "--format", "json"]
    const run = loadctl(["run", "--scenario", "flow_10vus", ...flags], { cwd: folder })
    let said = ""
    run.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
    await vi.waitFor(() => expect(said).toContain("Running the load"), { timeout: 60_000 })
    run.kill("SIGINT")
    const { exitCode, stdout } = await run
    const report = Report.parse(JSON.parse(stdout))
    expect(exitCode).toBe(130)
    expect(report).toMatchObject({
      verdict: "INVALID",
      reasons: expect.arrayContaining([expect.stringContaining("interrupted")]),
    })
    await expect(fetch(report.target)).rejects.toThrow("fetch failed")
  })
}, 120_000)
