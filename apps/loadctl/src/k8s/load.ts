import { K6_ELSEWHERE } from "../k6/environment.ts"
import { fromSecret, metadataOf } from "./model.ts"
import type { DistributedRun, PodEnv } from "./model.ts"

export const ARCHIVE = "archive.tar"
const MOUNT = "/script"

/** What runs the load: a TestRun of k6-operator, or a Job with an index for each k6. */
export function loadManifest(name: string, run: DistributedRun): object {
  return run.kind === "testrun" ? testRun(name, run) : indexedJob(name, run)
}

/** k6-operator gives each instance its execution segment and the tag instance_id. */
function testRun(name: string, run: DistributedRun): object {
  const env = podEnv(run)
  return {
    apiVersion: "k6.io/v1alpha1",
    kind: "TestRun",
    metadata: metadataOf(name),
    spec: {
      parallelism: run.parallelism,
      script: { configMap: { name, file: ARCHIVE } },
      arguments: k6Arguments(run).join(" "),
      // It reads the script once to plan, with the same variables.
      initializer: { image: run.image, env },
      runner: { image: run.image, env },
    },
  }
}

function indexedJob(name: string, run: DistributedRun): object {
  const { parallelism, image } = run
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadataOf(name),
    spec: {
      completionMode: "Indexed",
      completions: parallelism,
      parallelism,
      // A k6 that starts again would send its share a second time.
      backoffLimit: 0,
      template: {
        metadata: { labels: metadataOf(name).labels },
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "k6",
              image,
              command: ["/bin/sh", "-c", segmentScript(run)],
              env: podEnv(run),
              volumeMounts: [{ name: "script", mountPath: MOUNT }],
            },
          ],
          volumes: [{ name: "script", configMap: { name } }],
        },
      },
    },
  }
}

/** Each pod knows its index; of it follow its share of the load and the tag that tells the instances apart. */
function segmentScript(run: DistributedRun): string {
  const { parallelism: count } = run
  const inner = Array.from({ length: count - 1 }, (_, index) => `${index + 1}/${count}`)
  const sequence = ["0", ...inner, "1"].join(",")
  const share = [
    `i=$JOB_COMPLETION_INDEX; from=$i/${count}; to=$((i+1))/${count}`,
    `[ "$i" = 0 ] && from=0; [ "$i" = ${count - 1} ] && to=1`,
  ]
  const flags = [
    '--execution-segment "$from:$to"',
    `--execution-segment-sequence "${sequence}"`,
    '--tag "instance_id=$((i+1))"',
    ...k6Arguments(run),
  ]
  return `${share.join("; ")}; exec k6 run ${flags.join(" ")} ${MOUNT}/${ARCHIVE}`
}

function k6Arguments({ runId, influx: { url, database } }: DistributedRun): string[] {
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
function podEnv({ influx, scriptEnv }: DistributedRun): PodEnv[] {
  const { secret } = influx
  return [
    ...Object.entries(K6_ELSEWHERE).map(([name, value]) => ({ name, value })),
    ...(secret === null
      ? []
      : ["username", "password"].map((key) => fromSecret(`K6_INFLUXDB_${key.toUpperCase()}`, secret, key))),
    ...scriptEnv,
  ]
}
