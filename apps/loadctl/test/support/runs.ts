import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64"
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"

import { runFigures } from "../../src/compare/figures.ts"
import type { ComparedRun } from "../../src/compare/runs.ts"
import type { SampleSeries } from "../../src/recorder/recording.ts"
import type { Manifest } from "../../src/machine/manifest.ts"
import { makePlan } from "../../src/plan/plan.ts"
import { Config } from "../../src/plan/schema.ts"
import { saveSamples } from "../../src/report/samples.ts"
import { measure } from "../../src/stats/measure.ts"
import { createStore } from "../../src/store.ts"
import { measurement } from "../fixtures/evidence.ts"

/** How one endpoint behaved: `ms` is its median, failures come evenly, and `stall` is a pause in its middle. */
export type Behavior = { perSecond: number; ms: number; failedShare?: number }

export type Recording = {
  runId: string
  seconds?: number
  seed?: number
  endpoints?: Record<string, Behavior>
  apiEnv?: Record<string, string>
  scenario?: string
  verdict?: ComparedRun["verdict"]
}

const START = Date.UTC(2026, 10, 22, 12)
const CONFIG = Config.parse({
  target: { url: "http://127.0.0.1:3000" },
  script: "visit.js",
  sla: { each: { p95: 500 }, endpoints: { shows: {}, buy: { status: [201, 409] } } },
  scenarios: { steady: {}, other: {} },
})
const MANIFEST: Manifest = {
  schema: "saleproof.manifest/1",
  versions: { loadctl: "0.1.0", k6: "2.2.0", node: "v24.21.0" },
  git: { commit: "0123456789abcdef", dirty: false },
  hashes: { script: "aa".repeat(32), sla: "bb".repeat(32) },
  seed: null,
  seeded: null,
  warmUp: null,
  target: "http://127.0.0.1:3000",
  influx: null,
  apiEnv: {},
  k6Env: {},
  machine: { cpu: "A processor", cores: 2, memoryBytes: 2 ** 33, os: "linux 6.1 x64" },
}

/** A run with the requests that it was measured by. */
export type RecordedRun = ComparedRun & { samples: SampleSeries[] }

/** A run as it would be read from its folder, with latencies drawn from a seeded generator. */
export function recordRun(recording: Recording): RecordedRun {
  const { runId, seconds = 60, scenario = "steady", apiEnv = {}, verdict = "PASS" } = recording
  const plan = makePlan(CONFIG, { scenario, variants: [], scale: 1, apiEnv }, { runId, at: new Date(START) })
  const samples = Object.entries(recording.endpoints ?? STEADY).flatMap(([name, behavior], index) =>
    requests({ name, scenario, seconds, seed: (recording.seed ?? 1) * 100 + index }, behavior),
  )
  const figures = runFigures(samples, measure(samples, plan), plan)
  const standing: ComparedRun["standing"] =
    verdict === "INVALID" ? { counts: false, why: "the generator was short of CPU." } : { counts: true }
  const { hold } = measure(samples, plan)
  return {
    runId,
    plan,
    manifest: MANIFEST,
    verdict,
    standing,
    figures,
    held: hold !== null,
    machine: null,
    samples,
  }
}

export const STEADY: Record<string, Behavior> = {
  shows: { perSecond: 20, ms: 40 },
  buy: { perSecond: 10, ms: 80 },
}

type Stretch = { name: string; scenario: string; seconds: number; seed: number }

function requests({ name, scenario, seconds, seed }: Stretch, behavior: Behavior): SampleSeries[] {
  const { perSecond, ms, failedShare = 0 } = behavior
  const random = xoroshiro128plus(seed)
  const good = emptySeries(name, scenario, name === "buy" ? "201" : "200")
  const bad = { ...emptySeries(name, scenario, "500"), expected: false }
  for (let index = 0; index < seconds * perSecond; index += 1) {
    const failed = Math.floor((index + 1) * failedShare) > Math.floor(index * failedShare)
    const into = failed ? bad : good
    into.at.push(START + (index / perSecond) * 1_000 + uniformFloat64(random) * 10)
    // Half below and half above the median, with a tail to one side as latencies have it.
    into.ms.push(ms * 4 ** (uniformFloat64(random) ** 2 - 0.25))
  }
  return (failedShare > 0 ? [good, bad] : [good]).map((one) => ({
    ...one,
    at: Float64Array.from(one.at),
    ms: Float64Array.from(one.ms),
  }))
}

function emptySeries(name: string, scenario: string, status: string) {
  const at: number[] = []
  const ms: number[] = []
  return { scenario, phase: "", name, status, expected: true, errorCode: "", at, ms }
}

/** Writes a run's folder as `loadctl run` would leave it. */
export async function saveRun(root: string, run: RecordedRun): Promise<void> {
  const folder = await createStore(root).create(run.runId)
  const { plan, manifest, samples, verdict } = run
  await folder.writeJson("plan.json", plan)
  await folder.writeJson("manifest.json", manifest)
  const starved = verdict === "INVALID" ? { machine: { k6: 0.99, busy: 1, steal: 0 } } : {}
  await folder.writeJson("endpoints.json", { ...measurement(), ...measure(samples, plan), ...starved })
  await folder.writeJson("audit.json", { state: "off" })
  await folder.writeJson("verdict.json", { verdict, reasons: [], warnings: [], expectations: [] })
  await saveSamples(folder, samples)
}
