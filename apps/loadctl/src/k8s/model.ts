/** A variable of a pod: plain, or from a Secret so that no manifest shows it. */
export type PodEnv =
  | { name: string; value: string }
  | { name: string; valueFrom: { secretKeyRef: { name: string; key: string } } }

export type DistributedRun = {
  runId: string
  /** Who shares the load out: k6-operator by a TestRun, or Kubernetes itself by an indexed Job. */
  kind: "testrun" | "job"
  parallelism: number
  /** What `k6 archive` made of the script: everything that it needs, its options and its variables. */
  archive: Buffer
  image: string
  /** As the pods find it; `secret` names the Secret that has its username and password. */
  influx: { url: string; database: string; secret: string | null }
  /** Variables of the script that come from a Secret. */
  scriptEnv: PodEnv[]
  judge: Judging
}

/** What the Job that judges is given. */
export type Judging = {
  image: string
  /** Its loadctl.yaml and plan.json. */
  files: Record<string, string>
  targetUrl: string
  env: PodEnv[]
}

export type Metadata = { name: string; labels: Record<string, string> }

/** A DNS label: lower-case letters, digits and dashes, at most 63, with room for an ending. */
export function resourceName(runId: string): string {
  return `loadctl-${runId.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}`.slice(0, 57).replace(/-+$/, "")
}

export function metadataOf(name: string): Metadata {
  return { name, labels: { "app.kubernetes.io/managed-by": "loadctl" } }
}

export function fromSecret(name: string, secret: string, key: string): PodEnv {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } }
}
