import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { execa } from "execa"
import { describe, expect, inject, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { z } from "zod"

import { openInfluxProxy } from "./support/influx-proxy.ts"
import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const ConfigMap = z.object({ kind: z.literal("ConfigMap"), binaryData: z.record(z.string(), z.string()) })
const TestRun = z.object({
  kind: z.literal("TestRun"),
  spec: z.object({
    parallelism: z.number(),
    script: z.object({ configMap: z.object({ name: z.string(), file: z.string() }) }),
    arguments: z.string(),
    runner: z.object({
      env: z
        .array(
          z.object({
            name: z.string(),
            value: z.string().optional(),
            valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
          }),
        )
        .default([]),
    }),
  }),
})
const Report = z.looseObject({
  runId: z.string(),
  verdict: z.string(),
  reasons: z.array(z.string()),
  warnings: z.array(z.string()),
  iterations: z.number(),
  requests: z.number(),
  sources: z.looseObject({ instances: z.array(z.string()) }),
  endpoints: z.array(z.looseObject({ name: z.string(), n: z.number(), p95: z.number().nullable() })),
})

describe("a run that several k6 share", () => {
  it("is exported for k6-operator, and judged as one from the points of every instance", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const exported = await exportRun(project.folder, office.url)
    expect(office.asked.filter((path) => path === "/reset")).toHaveLength(1)
    expect(exported.stderr).toContain("! To a pod")
    const runs = await loadctl(["runs"], { cwd: project.folder })
    expect(runs.stdout).toContain("No runs yet.")
    const waiting = await loadctl(["report", exported.testid], { cwd: project.folder })
    expect(waiting.stderr).toContain(`\`loadctl report --testid ${exported.testid}\` has not judged it yet`)

    await Promise.all([1, 2].map((instance) => runPart(project.folder, { exported, instance })))
    const { exitCode, stdout } = await judged(project.folder, exported.testid)
    const report = Report.parse(JSON.parse(stdout))
    expect(report).toMatchObject({ verdict: "PASS", reasons: [], iterations: 60, requests: 120 })
    expect(report.sources.instances).toEqual(["1", "2"])
    expect(report.warnings).toEqual([expect.stringContaining("Judged from InfluxDB alone")])
    expect(report.endpoints.map(({ name, n }) => [name, n])).toEqual([
      ["shows", 60],
      ["buy", 60],
    ])
    expect(exitCode).toBe(0)
    expect(office.asked.filter((path) => path === "/reset")).toHaveLength(1)

    const again = await loadctl(["report", exported.testid], { cwd: project.folder })
    expect(again.stdout).toContain("InfluxDB alone, written by 2 k6 instances")
  })

  it("is invalid while an instance is missing: exit 5", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const exported = await exportRun(project.folder, office.url)
    await runPart(project.folder, { exported, instance: 1 })
    const { exitCode, stdout } = await judged(project.folder, exported.testid)
    expect(Report.parse(JSON.parse(stdout)).reasons).toContain(
      "InfluxDB has points of 1 of 2 instances of k6.",
    )
    expect(exitCode).toBe(5)
  })

  it("takes InfluxDB's credentials from a Secret, and shows them nowhere", async () => {
    const secret: Record<string, string> = { username: "k6-writer", password: "open-sesame" }
    const basic = `Basic ${btoa(`${secret["username"]}:${secret["password"]}`)}`
    await using influx = await openInfluxProxy(inject("influxUrl"), ({ headers }) =>
      headers.authorization === basic ? null : 401,
    )
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const env = {
      LOADCTL_INFLUX_USERNAME: secret["username"] ?? "",
      LOADCTL_INFLUX_PASSWORD: secret["password"] ?? "",
    }
    const exported = await exportRun(project.folder, office.url, { influxUrl: influx.url, env })
    const names = exported.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? [])
    expect(names).toEqual(["loadctl-influxdb", "loadctl-influxdb"])
    const shown = exported.manifests + (await readFile(exported.archive, "utf8"))
    expect(shown).not.toContain("open-sesame")
    expect(shown).not.toContain("k6-writer")

    const known = exported.env.map(({ name, value, valueFrom }) => [
      name,
      value ?? secret[valueFrom?.secretKeyRef.key ?? ""] ?? "",
    ])
    const pod: Record<string, string> = Object.fromEntries(known)
    await Promise.all([1, 2].map((instance) => runPart(project.folder, { exported, instance, env: pod })))
    const { stdout } = await judged(project.folder, exported.testid, { influxUrl: influx.url, env })
    expect(Report.parse(JSON.parse(stdout))).toMatchObject({ verdict: "PASS", requests: 120 })
  })

  it("refuses credentials where everybody can read them: exit 2", async () => {
    await using project = await boxOfficeProject()
    const flags = ["--scenario", "visitors", "--parallelism", "2"]
    const start = (...more: string[]) =>
      loadctl(["export", "k8s", ...flags, ...more], { cwd: project.folder })
    const pods = await start("--pods-influx", "http://joe:hush@influxdb:8086")
    expect([pods.exitCode, pods.stderr]).toEqual([
      2,
      expect.stringContaining("the pods take them from a Secret"),
    ])
    const here = await start("--influx", "http://joe:hush@influxdb:8086")
    expect([here.exitCode, here.stderr]).toEqual([
      2,
      expect.stringContaining("--influx influx.url: leave the credentials out of it"),
    ])
  })

  it("is no run when InfluxDB has nothing of it: exit 3", async () => {
    await using project = await boxOfficeProject()
    const run = await judged(project.folder, "20261122-000000-visitors-none", {
      more: ["--scenario", "visitors"],
    })
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain("has no request with testid 20261122-000000-visitors-none")
  })
})

type Exported = {
  testid: string
  archive: string
  args: string[]
  manifests: string
  stderr: string
  env: z.infer<typeof TestRun>["spec"]["runner"]["env"]
}
type Where = { influxUrl?: string; env?: Record<string, string> }

async function exportRun(folder: string, target: string, where: Where = {}): Promise<Exported> {
  const { influxUrl = inject("influxUrl"), env = {} } = where
  const flags = ["--parallelism", "2", "--seed", "--target", target, "--influx", influxUrl]
  const { stdout, stderr } = await loadctl(["export", "k8s", "--scenario", "visitors", ...flags], {
    cwd: folder,
    env,
  })
  const documents = parseAllDocuments(stdout).map((document): unknown => document.toJS())
  const { binaryData } = ConfigMap.parse(documents[0])
  const { spec } = TestRun.parse(documents[1])
  expect(spec.parallelism).toBe(2)
  const archive = join(folder, spec.script.configMap.file)
  await writeFile(archive, Buffer.from(binaryData[spec.script.configMap.file] ?? "", "base64"))
  const testid = /testid=(\S+)/.exec(spec.arguments)?.[1] ?? ""
  return {
    testid,
    archive,
    args: spec.arguments.split(" "),
    manifests: stdout,
    stderr,
    env: spec.runner.env,
  }
}

type Pod = { exported: Exported; instance: number; env?: Record<string, string> }

/** One instance as k6-operator starts it: its segment, its tag, the arguments of the TestRun and the pod's variables. */
function runPart(cwd: string, { exported: { archive, args }, instance, env = {} }: Pod) {
  const segment = instance === 1 ? "0:1/2" : "1/2:1"
  const share = ["--execution-segment", segment, "--execution-segment-sequence", "0,1/2,1"]
  const all = ["run", "--quiet", ...share, ...args, "--tag", `instance_id=${instance}`, archive]
  // k6 prefers its own environment to what the archive brings, and vitest has a BASE_URL in its.
  return execa(inject("k6Path"), all, { cwd, env, extendEnv: false, reject: false })
}

function judged(cwd: string, testid: string, { more = [], ...where }: Where & { more?: string[] } = {}) {
  const { influxUrl = inject("influxUrl"), env = {} } = where
  const flags = ["--testid", testid, "--influx", influxUrl, "--format", "json", ...more]
  return loadctl(["report", ...flags], { cwd, env })
}
