import { fromSecret, metadataOf } from "./model.ts"
import type { DistributedRun } from "./model.ts"

const ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"

/**
 * What waits for the load, judges it, and fails when the verdict does, which the operator itself does not report: a Job,
 * the account that it looks at the load with, and nothing else that it may do.
 */
export function judgeManifests(name: string, run: DistributedRun): object[] {
  const judge = `${name}-judge`
  const metadata = metadataOf(judge)
  const account = { kind: "ServiceAccount", name: judge }
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules: [ruleOf(name, run)] },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      subjects: [account],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: judge },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: run.judge.files },
    { apiVersion: "batch/v1", kind: "Job", metadata, spec: jobSpec(name, judge, run) },
  ]
}

function ruleOf(name: string, { kind }: DistributedRun) {
  return kind === "testrun"
    ? { apiGroups: ["k6.io"], resources: ["testruns"], resourceNames: [name], verbs: ["get"] }
    : { apiGroups: ["batch"], resources: ["jobs"], resourceNames: [name], verbs: ["get"] }
}

function jobSpec(name: string, judge: string, run: DistributedRun) {
  const { image, env } = run.judge
  return {
    // A verdict does not change when it is given again.
    backoffLimit: 0,
    template: {
      metadata: { labels: metadataOf(judge).labels },
      spec: {
        serviceAccountName: judge,
        restartPolicy: "Never",
        containers: [
          {
            name: "loadctl",
            image,
            command: ["/bin/sh", "-c", judgeScript(name, run)],
            env: [
              { name: "NODE_EXTRA_CA_CERTS", value: `${ACCOUNT_FOLDER}/ca.crt` },
              ...influxEnv(run),
              ...env,
            ],
            volumeMounts: [
              { name: "plan", mountPath: "/plan" },
              { name: "work", mountPath: "/work" },
            ],
          },
        ],
        volumes: [
          { name: "plan", configMap: { name: judge } },
          { name: "work", emptyDir: {} },
        ],
      },
    },
  }
}

/** loadctl saves beside its file, and a ConfigMap cannot be written to. */
function judgeScript(name: string, { runId, kind, judge: { targetUrl } }: DistributedRun): string {
  const flags = [
    "--config /work/loadctl.yaml",
    `--testid ${runId}`,
    "--plan /plan/plan.json",
    `--wait-for ${kind}/${name}`,
    `--target '${targetUrl}'`,
  ]
  return `cp /plan/loadctl.yaml /work/ && exec loadctl report ${flags.join(" ")}`
}

function influxEnv({ influx: { secret } }: DistributedRun) {
  if (secret === null) return []
  return ["username", "password"].map((key) => fromSecret(`LOADCTL_INFLUX_${key.toUpperCase()}`, secret, key))
}
