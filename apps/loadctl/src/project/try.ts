import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

import { execa } from "execa"
import { z } from "zod"

import { OTHER_METRICS } from "@saleproof/sla/metrics.ts"
import { owedBy } from "@saleproof/sla/resolve.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"
import { describeOther, describeTags, isOtherMetric } from "../recorder/tags.ts"
import type { LoadedConfig } from "../config.ts"
import type { Io } from "../io.ts"
import { requireK6 } from "../k6/find.ts"
import { inheritedByK6 } from "../k6/environment.ts"
import { createLogReader } from "../k6/log.ts"
import { pickScenario } from "../plan/pick.ts"
import type { RunPlan } from "../plan/plan.ts"
import { createApi } from "../run/api.ts"
import { scriptEnv } from "../run/load.ts"
import { seedTarget } from "../run/seed.ts"
import { countText, msText } from "../sla/text.ts"
import { isSuccess } from "../stats/measure.ts"
import { formatTable } from "../report/table.ts"
import { requireInspected } from "./inspect.ts"
import type { InspectedScript } from "./inspect.ts"
import { tryPlan } from "./try-plan.ts"

type Trying = { io: Io; only: string | undefined; variables: Record<string, string> }

const TIMEOUT_MS = 60_000

/** Runs one iteration of a scenario and prints what its requests got. Says whether all of it went well. */
export async function tryScenario(loaded: LoadedConfig, { io, only, variables }: Trying): Promise<boolean> {
  const { config, root } = loaded
  const scenario = pickScenario(config, only)
  const binary = await requireK6(io, (text) => io.stderr(`${text}\n`))
  const plan = tryPlan(config, scenario, variables)
  const api = createApi(config.target.url, io.env)
  const seeded = await seedTarget(api, config, { seed: plan.seed, signal: io.interrupted })
  const env = scriptEnv({ plan, targetUrl: config.target.url, seeded, env: io.env })
  const script = resolve(root, plan.script)
  const asked = { binary, script, cwd: root, variables: env, env: io.env, signal: io.interrupted }
  const inspected = await requireInspected(asked)
  await using wrapper = await writeWrapper(script, inspected, plan)
  const { requests, errors } = await runOnce({ binary, root, env, io, script: wrapper.file, sla: plan.sla })
  io.interrupted.throwIfAborted()
  io.stdout(triedText(scenario, requests, errors))
  return errors.length === 0 && requests.length > 0 && requests.every(({ ok }) => ok)
}

/** A script beside the user's, so that its open() finds the same files: the same functions, one iteration. */
async function writeWrapper(script: string, { scenarios }: InspectedScript, { k6Scenarios }: RunPlan) {
  const chosen = scenarios.filter(({ name }) => k6Scenarios.includes(name))
  const once = chosen.map(({ name, ...scenario }) => [
    name,
    { ...scenario, executor: "per-vu-iterations", vus: 1, iterations: 1 },
  ])
  const options = JSON.stringify({ scenarios: Object.fromEntries(once) })
  const url = JSON.stringify(script)
  const needsDefault = chosen.some(({ exec }) => exec === "default")
  const source = [
    `export * from ${url}`,
    ...(needsDefault ? [`export { default } from ${url}`] : []),
    `export const options = ${options}`,
  ]
  const file = join(dirname(script), `.loadctl-try-${process.pid}.js`)
  await writeFile(file, `${source.join("\n")}\n`)
  return { file, [Symbol.asyncDispose]: () => rm(file, { force: true }) }
}

type Tried = { name: string; method: string; status: string; ms: number; ok: boolean }

const Point = z.object({
  metric: z.enum(["http_req_duration", ...OTHER_METRICS]),
  type: z.literal("Point"),
  data: z.object({ value: z.number(), tags: z.record(z.string(), z.string()) }),
})

type Once = { binary: string; root: string; env: Record<string, string>; io: Io; script: string; sla: Sla }

async function runOnce({ binary, root, env, io, script, sla }: Once) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-try-"))
  try {
    const points = join(folder, "points.json")
    const args = [
      "run",
      "--log-format",
      "json",
      "--quiet",
      "--no-thresholds",
      "--out",
      `json=${points}`,
      script,
    ]
    const { stderr } = await execa(binary, args, {
      cwd: root,
      env: { ...inheritedByK6(io.env), ...env, SUMMARY_PATH: join(folder, "summary.json") },
      extendEnv: false,
      reject: false,
      timeout: TIMEOUT_MS,
      cancelSignal: io.interrupted,
    })
    const reader = createLogReader()
    for (const line of stderr.split("\n")) reader.line(line)
    const text = await readFile(points, "utf8").catch(() => "")
    return { requests: readRequests(text, sla), errors: reader.log.errors }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readRequests(text: string, sla: Sla): Tried[] {
  return text.split("\n").flatMap((line) => {
    if (!line.includes('_duration"') && !line.includes('"ws_connecting"')) return []
    const parsed = Point.safeParse(JSON.parse(line))
    if (!parsed.success) return []
    const { metric, data } = parsed.data
    const { value, tags } = data
    return [
      {
        name: tags["name"] ?? tags["url"] ?? "",
        method: isOtherMetric(metric) ? metric : (tags["method"] ?? ""),
        status: statusText(metric, tags["status"] ?? ""),
        ms: value,
        ok: wentWell({ metric, tags }, sla),
      },
    ]
  })
}

function wentWell({ metric, tags }: { metric: string; tags: Record<string, string> }, sla: Sla): boolean {
  if (isOtherMetric(metric)) return describeOther(metric, tags).expected
  const described = describeTags(tags)
  return isSuccess(described, owedBy(sla, described.name))
}

/** k6 gives a request without an answer the status 0, which is gRPC's code of OK. */
function statusText(metric: string, status: string): string {
  if (metric === "grpc_req_duration") return status === "0" ? "OK" : `code ${status}`
  if (status === "" && !isOtherMetric(metric)) return "no tag status"
  return status === "0" || status === "" ? "no answer" : status
}

function triedText(scenario: string, requests: readonly Tried[], errors: readonly string[]): string {
  const rows = requests.map(({ ok, name, method, status, ms }) => [
    ok ? "✓" : "✗",
    name,
    method,
    status,
    `${msText(ms)} ms`,
  ])
  return [
    "",
    `One iteration of ${scenario}: ${requests.length === 0 ? "no request was sent." : countText(requests.length, "request")}`,
    ...formatTable(rows, "LLLRR"),
    ...errors.map((error) => `  ✗ ${error}`),
    "",
  ].join("\n")
}
