import { resolve } from "node:path"

import { InvalidArgumentError, Option } from "commander"
import type { Command } from "commander"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import type { LoadedConfig } from "../config.ts"
import type { InfluxSettings } from "../influx/client.ts"
import { loadctlVersion } from "../machine/version.ts"
import type { RunPlan } from "../plan/plan.ts"
import { wholeNumber } from "./options.ts"
import { planScenario, readScenarioConfig, withScenario } from "./scenario.ts"
import type { ScenarioFlags } from "./scenario.ts"

type Flags = ScenarioFlags & {
  parallelism: number
  target?: string
  podsTarget?: string
  podsInflux?: string
  influxSecret?: string
  seed?: boolean
  seeded?: unknown
  image: string
  kind: "testrun" | "job"
  secret: string
  judgeImage: string
}

const DEFAULT_SECRET = "loadctl-influxdb"
const SCRIPT_SECRET = "loadctl-script"

const HELP = `
The instances share the load, so none of them may seed. --seed seeds the target now, from here; --seeded passes the
answer of an earlier seeding. A Job waits for the load, judges the run from what all instances wrote to InfluxDB, and
fails when the verdict is not PASS. \`loadctl report --testid ID\` judges it from here as well.

--kind testrun needs k6-operator; --kind job needs nothing but Kubernetes.

Variables of the script with \${NAME} are in no manifest: the pods take NAME from the Secret ${SCRIPT_SECRET}, or from
the one that --secret names.

The user name and password of InfluxDB are in no manifest: the pods take them from the keys username and password of
the Secret ${DEFAULT_SECRET}, or of the one that --influx-secret names.

Examples:
  $ loadctl export k8s --scenario flow_300vus --parallelism 4 --seed --target https://shop.example.com \\
      --pods-influx http://influxdb.load:8086 > run.yaml
  $ kubectl create secret generic ${DEFAULT_SECRET} --from-literal=username=k6 --from-file=password=./password
  $ kubectl apply -f run.yaml`

export function registerExport(program: Command, io: Io): void {
  const group = program
    .command("export")
    .description("the load for other machines")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nExample:\n  $ loadctl export k8s --scenario flow_300vus --parallelism 4 --seed > run.yaml",
    )
  withScenario(group.command("k8s"))
    .description("print manifests: the script, what shares its load, and the Job that judges it")
    .requiredOption("-n, --parallelism <count>", "how many k6 share the load", wholeNumber(1_000))
    .option("-t, --target <url>", "the API, as it is reached from here")
    .option("--pods-target <url>", "the API, as the pods reach it; --target by default")
    .option("--pods-influx <url>", "InfluxDB, as the pods reach it; --influx by default", parsePlainUrl)
    .option("--influx-secret <name>", "the Secret with InfluxDB's username and password", parseSecretName)
    .option("--seed", "seed the target now")
    .option("--seeded <json>", "what the target answered when it was seeded", parseJson)
    .option("--image <name>", "the image of k6", "grafana/k6:2.2.0")
    .addOption(
      new Option("--kind <kind>", "what runs the load").choices(["testrun", "job"]).default("testrun"),
    )
    .option(
      "--secret <name>",
      "the Secret with the script's secret variables",
      parseSecretName,
      SCRIPT_SECRET,
    )
    .option("--judge-image <name>", "the image of loadctl", `saleproof-loadctl:${loadctlVersion()}`)
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const { manifests, runId, podsReach } = await exportRun(flags, io)
      io.stdout(manifests)
      for (const [flag, url] of podsReach.filter(([, url]) => isLoopback(url)))
        io.stderr(`! To a pod ${url} is the pod itself: ${flag} names it as the pods reach it.\n`)
      io.stderr(`Then: loadctl report --testid ${runId}\n`)
    })
}

type Exported = {
  manifests: string
  runId: string
  /** What the pods have to reach, with the flag that says how. */
  podsReach: [flag: string, url: string][]
}

async function exportRun(flags: Flags, io: Io): Promise<Exported> {
  const [{ renderManifests }, { saveExport }, { judging }] = await Promise.all([
    import("../k8s/manifests.ts"),
    import("../k8s/saved.ts"),
    import("../k8s/judging.ts"),
  ])
  const loaded = await readScenarioConfig(io, flags)
  const { config, root } = loaded
  if (!config.influx)
    throw usageError("loadctl.yaml names no InfluxDB to bring the instances' points together.")
  const plan: RunPlan = { ...(await planScenario(loaded, flags, {})), instances: flags.parallelism }
  const targetUrl = flags.podsTarget ?? config.target.url
  const { archive, scriptEnv, keys } = await archiveOf(loaded, plan, { flags, io })
  const influx = podsInflux(config.influx, flags)
  const { runId } = plan
  const judge = judging({ config, plan, targetUrl, influx, secret: flags.secret, image: flags.judgeImage })
  const { kind, image, parallelism } = flags
  const manifests = renderManifests({ runId, kind, parallelism, archive, influx, image, scriptEnv, judge })
  await saveExport(root, plan)
  const needed = [...new Set([...keys, ...judge.env.map(({ name }) => name)])]
  if (needed.length > 0) io.stderr(`The Secret ${flags.secret} needs the keys: ${needed.join(", ")}\n`)
  const podsReach: Exported["podsReach"] = [
    ["--pods-target", targetUrl],
    ["--pods-influx", influx.url],
  ]
  return { manifests, runId, podsReach }
}

/** The script as the pods get it, without what only a Secret may know. */
async function archiveOf(loaded: LoadedConfig, plan: RunPlan, { flags, io }: { flags: Flags; io: Io }) {
  const [{ archiveScript }, { scriptEnv }, { splitSecrets }, { requireK6 }] = await Promise.all([
    import("../k6/archive.ts"),
    import("../run/load.ts"),
    import("../k8s/secrets.ts"),
    import("../k6/find.ts"),
  ])
  const { config, root } = loaded
  const { plain, pods, keys } = splitSecrets(plan.k6Env, flags.secret)
  const seeded = await seedOnce(loaded, plan, { flags, io })
  const targetUrl = flags.podsTarget ?? config.target.url
  const shown = { ...plan, k6Env: plain }
  const variables = { ...scriptEnv({ plan: shown, targetUrl, seeded, env: {} }), PART: "1" }
  const binary = await requireK6(io, (text) => io.stderr(`${text}\n`))
  const archive = await archiveScript({ binary, script: resolve(root, plan.script), cwd: root, variables })
  return { archive, scriptEnv: pods, keys }
}

function isLoopback(url: string): boolean {
  return /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname)
}

/** InfluxDB as the pods reach it, with the name of its credentials instead of them. */
function podsInflux({ url, database, username }: InfluxSettings, { podsInflux, influxSecret }: Flags) {
  const secret = influxSecret ?? (username === undefined ? null : DEFAULT_SECRET)
  return { url: podsInflux ?? url, database, secret }
}

/** The answer of the one seeding that all instances start from; null when there is nothing to seed. */
async function seedOnce(
  { config }: LoadedConfig,
  { seed }: RunPlan,
  { flags, io }: { flags: Flags; io: Io },
): Promise<unknown> {
  if (!seed || flags.seeded !== undefined) return flags.seeded ?? null
  if (!flags.seed)
    throw usageError("The target has to be seeded once for all instances.", "--seed or --seeded JSON")
  const [{ createApi }, { seedTarget }] = await Promise.all([
    import("../run/api.ts"),
    import("../run/seed.ts"),
  ])
  return seedTarget(createApi(config.target.url, io.env), config, { seed, signal: io.interrupted })
}

/** Whatever is in a URL is in the manifest, for all to read. */
function parsePlainUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidArgumentError("Expected an http(s) URL.")
  if (url.username || url.password) {
    throw new InvalidArgumentError("Leave the credentials out of it: the pods take them from a Secret.")
  }
  return text
}

/** A DNS subdomain, as Kubernetes wants the name of a Secret. */
function parseSecretName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError("Expected lower-case letters, digits, dots and dashes.")
  }
  return text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError("Expected JSON.")
  }
}
