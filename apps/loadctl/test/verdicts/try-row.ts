import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { stringify } from "yaml"
import { inject } from "vitest"
import { z } from "zod"

import { readCsv } from "./csv.ts"
import type { CsvRequest } from "./csv.ts"
import type { VerdictRow } from "./row.ts"
import { openTarget } from "./server.ts"

const MAIN = join(import.meta.dirname, "../../src/main.ts")

const IMPORTS = `import http from "k6/http"
import exec from "k6/execution"
import { check, sleep, group } from "k6"
import { Counter, Gauge, Rate, Trend } from "k6/metrics"
const BASE_URL = __ENV.BASE_URL
const get = (name, path = "/") => http.get(BASE_URL + path, { tags: { name } })
`

const Endpoint = z.looseObject({
  name: z.string(),
  n: z.number(),
  failed: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  close: z.boolean(),
})

const Report = z.looseObject({
  runId: z.string(),
  verdict: z.enum(["PASS", "FAIL", "INVALID"]),
  reasons: z.array(z.string()),
  warnings: z.array(z.string()),
  endpoints: z.array(Endpoint),
  overall: Endpoint,
})

export type TriedRow = {
  exitCode: number | undefined
  stderr: string
  report: z.infer<typeof Report> | null
  /** The same run as a person reads it. */
  text: string
  /** Every request by k6's own CSV; null where k6 never ran. */
  csv: CsvRequest[] | null
  /** What the target was asked, as "METHOD /path". */
  asked: string[]
}

/** Runs one situation with the real k6 against its planted target, in a folder of its own. */
export async function tryRow(row: VerdictRow): Promise<TriedRow> {
  await using target = await openTarget(row.target)
  await using influx = await influxOf(row.influx)
  await using folder = await temporaryFolder()
  const csvFile = join(folder.path, "k6.csv")
  await writeFile(join(folder.path, "script.js"), IMPORTS + row.script)
  await writeFile(
    join(folder.path, "loadctl.yaml"),
    stringify(configOf(row, { url: target.url, influxUrl: influx.url })),
  )
  const env = { PATH: await withCsv(folder.path, csvFile), HOME: folder.path, ...mutated(), ...row.env }
  const options = { cwd: folder.path, reject: false, extendEnv: false, env } as const
  const pinned = row.processors === undefined ? [] : ["taskset", "-c", row.processors]
  const [program, ...args] = [
    ...pinned,
    process.execPath,
    MAIN,
    "run",
    "--scenario",
    "main",
    "--format",
    "json",
  ]
  const run = await execa(program, args, options)
  const report = run.stdout.trim() === "" ? null : Report.parse(JSON.parse(run.stdout))
  const shown = report ? await execa(process.execPath, [MAIN, "report", report.runId], options) : null
  return {
    exitCode: run.exitCode,
    stderr: run.stderr,
    report,
    text: shown?.stdout ?? "",
    csv: await readCsv(csvFile).catch(() => null),
    asked: target.asked,
  }
}

/** Where a mutation is tried, loadctl is started with it. */
function mutated(): Record<string, string> {
  const file = inject("mutationFile")
  if (file === undefined) return {}
  return {
    MUTATION: file,
    NODE_OPTIONS: `--import=${new URL("../../../../test/mutations/child-hook.mjs", import.meta.url).href}`,
  }
}

/** The InfluxDB of a row: that of the tests, a planted one, or none. */
async function influxOf(kind: VerdictRow["influx"]) {
  const nothing = async (): Promise<void> => {}
  if (kind === undefined) return { url: null, [Symbol.asyncDispose]: nothing }
  if (kind === true) return { url: inject("influxUrl"), [Symbol.asyncDispose]: nothing }
  if (kind === "unresponsive")
    return openTarget({ unansweredAfter: 0, answers: { "GET /ping": { status: 204 } } })
  const refusal = { status: 401, body: { error: "unable to parse authentication credentials" } }
  const answers = {
    "GET /ping": { status: 204 },
    "POST /write": refusal,
    "POST /query": refusal,
    "GET /query": refusal,
  }
  return openTarget({ answers })
}

type Urls = { url: string; influxUrl: string | null }

function configOf({ config = {} }: VerdictRow, { url, influxUrl }: Urls): unknown {
  const { target, scenarios, sla, ...others } = config
  return {
    target: { url, ...withUrl(target, url) },
    script: "script.js",
    env: { BASE_URL: "${TARGET_URL}" },
    sla: { overall: { minSamples: 1 }, ...slaOf(sla) },
    ...(influxUrl === null ? {} : { influx: { url: influxUrl, database: "verdicts" } }),
    ...others,
    scenarios: scenarios ?? { main: { k6Scenarios: ["default"] } },
  }
}

function slaOf(sla: unknown): object {
  return typeof sla === "object" && sla !== null ? sla : { each: { p95: 2_000, minSamples: 1 } }
}

/** A target of the row's own may add a path to the URL. */
function withUrl(target: unknown, url: string): object {
  if (typeof target !== "object" || target === null) return {}
  return "url" in target ? { ...target, url: `${url}${String(target.url)}` } : target
}

/** A PATH on which `k6 run` also writes its CSV: the second opinion costs no flag of loadctl's. */
async function withCsv(folder: string, csvFile: string): Promise<string> {
  const bin = join(folder, "bin")
  await mkdir(bin)
  const k6 = inject("k6Path")
  const shim = `#!/bin/sh
if [ "$1" = run ]; then shift; exec "${k6}" run --out "csv=${csvFile}" "$@"; fi
exec "${k6}" "$@"
`
  await writeFile(join(bin, "k6"), shim)
  await chmod(join(bin, "k6"), 0o755)
  return `${bin}:${process.env["PATH"] ?? ""}`
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "loadctl-verdict-"))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
