import type { Manifest } from "../machine/manifest.ts"
import { formatDuration } from "../plan/duration.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { ComparedRun } from "./runs.ts"

/** What two runs must have in common; --allow waives one. */
export const CONDITIONS = ["scenario", "load", "scale", "script", "seed", "warm-up", "machine"] as const
export type Condition = (typeof CONDITIONS)[number]

// The same machine reports a few pages more or less after a reboot.
const MEMORY_TOLERANCE = 0.02

/** Environment of the script that the scenario, the persona and the scale already stand for. */
const PLANNED = new Set(["SCENARIO", "PERSONA", "LIMITED", "SCALE"])

const UNKNOWN = "unknown"

/** How a condition is looked up, as text that can be compared and shown. */
const CONDITION_TEXT = {
  scenario: ({ plan }) => [plan.scenario, plan.persona ?? "", ...plan.variants].filter(Boolean).join(", "),
  load: ({ plan }) => loadText(plan),
  scale: ({ plan }) => String(plan.scale),
  script: ({ manifest }) => manifest?.hashes.script?.slice(0, 12) ?? UNKNOWN,
  seed: ({ plan }) => (plan.seed === null ? "none" : JSON.stringify(plan.seed)),
  "warm-up": ({ manifest }) => manifest?.warmUp?.scenario ?? "none",
  machine: ({ manifest }) => (manifest ? machineText(manifest.machine) : UNKNOWN),
} satisfies Record<Condition, (run: ComparedRun) => string>

/** What may differ, and is shown because it may be the reason of a difference. */
const REMARKABLE = {
  commit: ({ manifest }) =>
    manifest?.git
      ? `${manifest.git.commit.slice(0, 10)}${manifest.git.dirty ? " with changes" : ""}`
      : UNKNOWN,
  "environment of the API": ({ plan }) => envText(plan.apiEnv) || "none",
  target: ({ manifest }) => targetText(manifest?.target ?? UNKNOWN),
  "warm-up": ({ manifest }) => (manifest ? (manifest.warmUp?.scenario ?? "none") : UNKNOWN),
  k6: ({ manifest }) => manifest?.versions.k6 ?? UNKNOWN,
  node: ({ manifest }) => manifest?.versions.node ?? UNKNOWN,
} satisfies Record<string, (run: ComparedRun) => string>

/** Why these runs must not be compared, each as a sentence; empty when they may. Void runs need have nothing in common. */
export function incompatibilities(
  { base, candidate }: RunSides,
  counted: RunSides,
  allowed: readonly Condition[],
): string[] {
  if (base.length === 0 || candidate.length === 0) return ["There is no run on one side."]
  const twice = base.filter(({ runId }) => candidate.some((other) => other.runId === runId))
  const all = [...counted.base, ...counted.candidate]
  const [first] = all
  return [
    ...twice.map(({ runId }) => `${runId} is on both sides.`),
    ...(["base", "candidate"] as const).flatMap((side) =>
      counted[side].length === 0 ? [nothingCounts(side, { base, candidate }[side])] : [],
    ),
    ...(first === undefined ? [] : CONDITIONS)
      .filter((condition) => !allowed.includes(condition))
      .flatMap((condition) => conditionBroken(condition, first!, all)),
  ]
}

type RunSides = { base: readonly ComparedRun[]; candidate: readonly ComparedRun[] }

function nothingCounts(side: string, runs: readonly ComparedRun[]): string {
  const [first] = runs.map((run) => `${run.runId} is void: ${voidReason(run)}`)
  return `No run of the ${side} can be compared. ${first!}`
}

/** Why a void run is void; throws for one that counts. */
export function voidReason({ runId, standing }: ComparedRun): string {
  if (standing.counts) throw new RangeError(`${runId} counts`)
  return standing.why
}

function conditionBroken(condition: Condition, first: ComparedRun, all: readonly ComparedRun[]): string[] {
  const read: (run: ComparedRun) => string = CONDITION_TEXT[condition]
  const same =
    condition === "machine" ? sameMachine : (one: ComparedRun, run: ComparedRun) => read(one) === read(run)
  const nameless = all.find((run) => read(run) === UNKNOWN)
  if (nameless) return [`The ${condition} of ${nameless.runId} is not known.`]
  const other = all.find((run) => !same(first, run))
  if (!other) return []
  return [`Another ${condition}: ${first.runId} has ${read(first)}, ${other.runId} has ${read(other)}.`]
}

function sameMachine(one: ComparedRun, other: ComparedRun): boolean {
  const [a, b] = [one.manifest?.machine, other.manifest?.machine]
  if (!a || !b) return a === b
  const memory = Math.abs(a.memoryBytes - b.memoryBytes) <= MEMORY_TOLERANCE * a.memoryBytes
  return a.cpu === b.cpu && a.cores === b.cores && a.os === b.os && memory
}

/** What the sides do not share, one line each; a side that is not of one mind shows all it has. */
export function remarkableDifferences(base: readonly ComparedRun[], candidate: readonly ComparedRun[]) {
  return Object.entries(REMARKABLE).flatMap(([what, read]) => {
    const [from, to] = [base, candidate].map((side) => [...new Set(side.map(read))].toSorted().join(" / "))
    return from === to ? [] : [{ what, base: from ?? "", candidate: to ?? "" }]
  })
}

/** Private stacks have another port each time, which means nothing. */
function targetText(url: string): string {
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: "" }
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? "this machine" : url
}

function loadText({ k6Env, k6Flags = [], k6Scenarios, phases, scale }: RunPlan): string {
  const own = Object.fromEntries(Object.entries(k6Env).filter(([name]) => !PLANNED.has(name)))
  const held = phases
    ? `hold ${unscaled(phases.holdMs, scale)} after ${unscaled(phases.warmupMs, scale)}`
    : ""
  return [k6Scenarios.join("+"), envText(own), k6Flags.join(" "), held].filter(Boolean).join(", ")
}

/** The scale is a condition of its own, and not shown twice. */
function unscaled(ms: number, scale: number): string {
  return formatDuration(Math.round(ms / scale))
}

function envText(env: Record<string, string>): string {
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return pairs.toSorted().join(" ")
}

function machineText({ cpu, cores, memoryBytes, os }: Manifest["machine"]): string {
  return `${cores} x ${cpu}, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${os}`
}
