import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { z } from "zod"

import { renderManifests } from "./manifests.ts"
import type { DistributedRun } from "./manifests.ts"

const Name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
const Metadata = z.strictObject({ name: Name, labels: z.record(z.string(), z.string()) })
const EnvVar = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: Name, key: z.string() }) }),
  }),
])
/** The part that we use of k6-operator's testruns.k6.io, v1alpha1: Kubernetes drops a field that it does not know. */
const TestRun = z.strictObject({
  apiVersion: z.literal("k6.io/v1alpha1"),
  kind: z.literal("TestRun"),
  metadata: Metadata,
  spec: z.strictObject({
    parallelism: z.int32().min(1),
    script: z.strictObject({
      configMap: z.strictObject({ name: Name, file: z.string().regex(/^[\w.-]+\.(js|ts|tar)$/) }),
    }),
    arguments: z.string(),
    runner: z.strictObject({ image: z.string(), env: z.array(EnvVar) }),
  }),
})
const ConfigMap = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("ConfigMap"),
  metadata: Metadata,
  binaryData: z.record(z.string().regex(/^[\w.-]+$/), z.base64()),
})

const run: DistributedRun = {
  runId: "20261122-181530-flow_300vus-3f9a",
  parallelism: 4,
  archive: Buffer.from("a tar"),
  image: "grafana/k6:2.2.0",
  influx: { url: "http://influxdb.load:8086/", database: "k6", secret: null },
}

const rendered = (change: Partial<DistributedRun> = {}) =>
  parseAllDocuments(renderManifests({ ...run, ...change })).map((document): unknown => document.toJS())

describe("renderManifests", () => {
  it("makes a ConfigMap of the script and a TestRun that shares its load", () => {
    const [map, test] = rendered()
    const name = "loadctl-20261122-181530-flow-300vus-3f9a"
    expect(map).toMatchObject({
      kind: "ConfigMap",
      metadata: { name },
      binaryData: { "archive.tar": "YSB0YXI=" },
    })
    expect(test).toMatchObject({
      apiVersion: "k6.io/v1alpha1",
      kind: "TestRun",
      spec: {
        parallelism: 4,
        script: { configMap: { name, file: "archive.tar" } },
        arguments:
          "--tag testid=20261122-181530-flow_300vus-3f9a --no-thresholds --no-usage-report --out influxdb=http://influxdb.load:8086/k6",
        runner: { image: "grafana/k6:2.2.0" },
      },
    })
  })

  it("has what Kubernetes and k6-operator know, and nothing else", () => {
    const [map, test] = rendered({ influx: { ...run.influx, secret: "influx" } })
    expect(ConfigMap.safeParse(map).error).toBeUndefined()
    expect(TestRun.safeParse(test).error).toBeUndefined()
  })

  it("lets the pods take InfluxDB's credentials from a Secret", () => {
    const [, test] = rendered({ influx: { ...run.influx, secret: "influx" } })
    const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: "influx", key } } })
    expect(TestRun.parse(test).spec.runner.env).toEqual([
      { name: "K6_FEATURES", value: "merge-run-tags" },
      { name: "K6_INFLUXDB_USERNAME", ...from("username") },
      { name: "K6_INFLUXDB_PASSWORD", ...from("password") },
    ])
    expect(JSON.stringify(rendered()[1])).not.toContain("secretKeyRef")
  })

  it("keeps the name of a long run within a DNS label", () => {
    const runId = `20261122-181530-${"very_".repeat(20)}-3f9a`
    const [, test] = rendered({ runId })
    expect(TestRun.safeParse(test).error).toBeUndefined()
  })

  it("refuses a script that no ConfigMap can hold", () => {
    expect(() => renderManifests({ ...run, archive: Buffer.alloc(900_000) })).toThrow(
      "too large for a ConfigMap",
    )
  })
})
