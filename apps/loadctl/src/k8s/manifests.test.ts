import { readFileSync } from "node:fs"
import { join } from "node:path"

import { Ajv2020 as Ajv } from "ajv/dist/2020.js"
import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { z } from "zod"

import { renderManifests } from "./manifests.ts"
import type { DistributedRun } from "./model.ts"
import { splitSecrets } from "./secrets.ts"

const FIELDS_FILE = join(import.meta.dirname, "../../test/fixtures/testrun-fields.json")
const Field = z.object({
  type: z.string().optional(),
  required: z.array(z.string()).optional(),
  enum: z.array(z.string()).optional(),
})
/** Names and types of k6-operator's TestRun, as its custom resource definition has them. */
const { fields: FIELDS } = z
  .object({ fields: z.record(z.string(), Field) })
  .parse(JSON.parse(readFileSync(FIELDS_FILE, "utf8")))

/** What of a value the definition does not know or wants otherwise, by path. */
function problemsOf(value: unknown, path: string): string[] {
  const field = FIELDS[path]
  if (!field) return [`${path} is unknown`]
  if (Array.isArray(value)) {
    const own = field.type === "array" ? [] : [`${path} is no list`]
    return [...own, ...value.flatMap((item) => problemsOf(item, `${path}[]`))]
  }
  if (typeof value === "object" && value !== null) {
    const absent = (field.required ?? []).filter((name) => !(name in value))
    return [
      ...absent.map((name) => `${path} lacks ${name}`),
      ...Object.entries(value).flatMap(([name, inner]) => problemsOf(inner, `${path}.${name}`)),
    ]
  }
  const type = Number.isInteger(value) ? "integer" : typeof value
  return field.type === type ? [] : [`${path} is ${type}, not ${field.type}`]
}

/** Kubernetes' own definitions of the other kinds; a property that they do not have is refused. */
const KUBERNETES = z
  .object({ kinds: z.record(z.string(), z.string()), $defs: z.record(z.string(), z.unknown()) })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, "../../test/fixtures/kubernetes-1.37.json"), "utf8")),
  )
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, allowUnionTypes: true })

function schemaProblems(document: { kind: string }): string[] {
  const { kinds, $defs } = KUBERNETES
  const validate = ajv.compile({ $ref: `#/$defs/${kinds[document.kind]}`, $defs })
  validate(document)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const run: DistributedRun = {
  runId: "20261122-181530-flow_300vus-3f9a",
  kind: "testrun",
  parallelism: 4,
  archive: Buffer.from("a tar"),
  image: "grafana/k6:2.2.0",
  influx: { url: "http://influxdb.load:8086/", database: "k6", secret: null },
  scriptEnv: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "loadctl-script", key: "TOKEN" } } }],
  judge: {
    image: "saleproof-loadctl:0.1.0",
    files: { "loadctl.yaml": "a", "plan.json": "b" },
    targetUrl: "https://shop.example.com",
    env: [],
  },
}

const Document = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/) }),
})

const rendered = (change: Partial<DistributedRun> = {}) =>
  parseAllDocuments(renderManifests({ ...run, ...change })).map((document) => Document.parse(document.toJS()))

const ofKind = (kind: string, change: Partial<DistributedRun> = {}) =>
  rendered(change).filter((document) => document.kind === kind)

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

  it("uses fields of the operator's own definition, with its types", () => {
    const [test] = ofKind("TestRun", { influx: { ...run.influx, secret: "influx" } })
    expect(problemsOf(test?.["spec"], "spec")).toEqual([])
    expect(problemsOf({ parallelism: "4", scripts: {} }, "spec")).toEqual([
      "spec lacks script",
      "spec.parallelism is string, not integer",
      "spec.scripts is unknown",
    ])
  })

  it.each(["testrun", "job"] as const)(
    "has fields of Kubernetes' published schemas only, by --kind %s",
    (kind) => {
      const documents = rendered({ kind, influx: { ...run.influx, secret: "influx" } }).filter(
        (document) => document.kind !== "TestRun",
      )
      expect([...new Set(documents.map((document) => document.kind))].toSorted()).toEqual(
        Object.keys(KUBERNETES.kinds).toSorted(),
      )
      for (const document of documents) expect(schemaProblems(document)).toEqual([])
    },
  )

  it("would find a field that Kubernetes does not know, or of another type", () => {
    const [job] = ofKind("Job")
    const spec = { ...z.record(z.string(), z.unknown()).parse(job?.["spec"]), backoffLimit: "0", retries: 1 }
    expect(schemaProblems(Object.assign({ kind: "Job" }, job, { spec })).toSorted()).toEqual([
      "/spec must NOT have additional properties",
      expect.stringMatching(/^\/spec\/backoffLimit must be integer/),
    ])
  })

  it("lets the pods take credentials and secret variables from Secrets", () => {
    const [test] = ofKind("TestRun", { influx: { ...run.influx, secret: "influx" } })
    const from = (name: string, key: string) => ({ valueFrom: { secretKeyRef: { name, key } } })
    const env = [
      { name: "K6_FEATURES", value: "merge-run-tags" },
      { name: "K6_INFLUXDB_USERNAME", ...from("influx", "username") },
      { name: "K6_INFLUXDB_PASSWORD", ...from("influx", "password") },
      { name: "TOKEN", ...from("loadctl-script", "TOKEN") },
    ]
    expect(test).toMatchObject({ spec: { runner: { env }, initializer: { env } } })
  })

  it("shares the load by an indexed Job where there is no operator", () => {
    const [load] = ofKind("Job", { kind: "job", parallelism: 3 })
    expect(ofKind("TestRun", { kind: "job" })).toEqual([])
    expect(load).toMatchObject({
      apiVersion: "batch/v1",
      spec: { completionMode: "Indexed", completions: 3, parallelism: 3, backoffLimit: 0 },
    })
    expect(JSON.stringify(load)).toContain('--execution-segment-sequence \\"0,1/3,2/3,1\\"')
  })

  it.each([
    ["testrun", "k6.io", "testruns"],
    ["job", "batch", "jobs"],
  ] as const)("has a Job that waits for the %s and may look at nothing else", (kind, group, resource) => {
    const judge = ofKind("Job", { kind }).at(-1)
    const name = judge?.metadata.name
    expect(ofKind("Role", { kind })).toMatchObject([
      {
        rules: [
          {
            apiGroups: [group],
            resources: [resource],
            resourceNames: [name?.replace(/-judge$/, "")],
            verbs: ["get"],
          },
        ],
      },
    ])
    expect(ofKind("RoleBinding", { kind })).toMatchObject([
      { subjects: [{ kind: "ServiceAccount", name }], roleRef: { kind: "Role", name } },
    ])
    expect(ofKind("ServiceAccount", { kind })).toMatchObject([{ metadata: { name } }])
    expect(judge).toMatchObject({
      spec: { backoffLimit: 0, template: { spec: { serviceAccountName: name, restartPolicy: "Never" } } },
    })
    const text = JSON.stringify(judge)
    expect(text).toContain(`--wait-for ${kind}/${name?.replace(/-judge$/, "")}`)
    expect(text).toContain("--plan /plan/plan.json")
  })

  it("keeps the names of a long run within a DNS label", () => {
    const runId = `20261122-181530-${"very_".repeat(20)}-3f9a`
    expect(rendered({ runId }).map(({ kind }) => kind)).toContain("TestRun")
  })

  it("refuses a script that no ConfigMap can hold", () => {
    expect(() => renderManifests({ ...run, archive: Buffer.alloc(900_000) })).toThrow(
      "too large for a ConfigMap",
    )
  })
})

describe("splitSecrets", () => {
  it("leaves a variable with a template to the pods, and none out", () => {
    const { plain, pods, keys } = splitSecrets(
      { BASE: "${TARGET_URL}", REGION: "eu", API_TOKEN: "${API_TOKEN}", HEADER: "Bearer ${API_TOKEN}" },
      "mine",
    )
    expect(plain).toEqual({ BASE: "${TARGET_URL}", REGION: "eu" })
    expect(pods).toEqual([
      { name: "API_TOKEN", valueFrom: { secretKeyRef: { name: "mine", key: "API_TOKEN" } } },
      { name: "HEADER", value: "Bearer $(API_TOKEN)" },
    ])
    expect(keys).toEqual(["API_TOKEN"])
  })

  it("refuses a secret that stands in the file", () => {
    expect(() => splitSecrets({ API_TOKEN: "hush" }, "mine")).toThrow("would be in the manifests")
    expect(() => splitSecrets({ STORE: "redis://me:hush@store/" }, "mine")).toThrow(
      "would be in the manifests",
    )
  })
})
