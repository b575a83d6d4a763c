import { stringify } from "yaml"

import { usageError } from "../errors.ts"
import { K6_ELSEWHERE } from "../k6/environment.ts"

export type DistributedRun = {
  runId: string
  parallelism: number
  /** What `k6 archive` made of the script: everything that it needs, its options and its variables. */
  archive: Buffer
  image: string
  /** As the pods find it; `secret` names the Secret that has its username and password. */
  influx: { url: string; database: string; secret: string | null }
}

const ARCHIVE = "archive.tar"
// Kubernetes' limit for all of a ConfigMap.
const CONFIG_MAP_BYTES = 1_048_576

/**
 * The ConfigMap with the script and the TestRun for k6-operator, which gives each instance its execution segment and
 * the tag instance_id. No instance judges its share: the whole is judged by `loadctl report --testid`.
 */
export function renderManifests({ runId, parallelism, archive, image, influx }: DistributedRun): string {
  const name = resourceName(runId)
  const content = archive.toString("base64")
  if (content.length > CONFIG_MAP_BYTES * 0.95) {
    throw usageError(
      `The script's archive is too large for a ConfigMap: ${content.length.toLocaleString("en-US")} bytes.`,
    )
  }
  const metadata = { name, labels: { "app.kubernetes.io/managed-by": "loadctl" } }
  const documents = [
    { apiVersion: "v1", kind: "ConfigMap", metadata, binaryData: { [ARCHIVE]: content } },
    {
      apiVersion: "k6.io/v1alpha1",
      kind: "TestRun",
      metadata,
      spec: {
        parallelism,
        script: { configMap: { name, file: ARCHIVE } },
        arguments: k6Arguments(runId, influx).join(" "),
        runner: { image, env: podEnv(influx.secret) },
      },
    },
  ]
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join("---\n")
}

function k6Arguments(runId: string, { url, database }: DistributedRun["influx"]): string[] {
  return [
    "--tag",
    `testid=${runId}`,
    "--no-thresholds",
    "--no-usage-report",
    "--out",
    `influxdb=${url.replace(/\/$/, "")}/${database}`,
  ]
}

/** k6 reads the credentials from its environment; neither the manifests nor the process list shows them. */
function podEnv(secret: string | null) {
  const keys = secret === null ? [] : ["username", "password"]
  return [
    ...Object.entries(K6_ELSEWHERE).map(([name, value]) => ({ name, value })),
    ...keys.map((key) => ({
      name: `K6_INFLUXDB_${key.toUpperCase()}`,
      valueFrom: { secretKeyRef: { name: secret, key } },
    })),
  ]
}

/** A DNS label: lower-case letters, digits and dashes, at most 63. */
function resourceName(runId: string): string {
  return `loadctl-${runId.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}`.slice(0, 63).replace(/-+$/, "")
}
