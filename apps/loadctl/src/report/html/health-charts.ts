import type { Health } from "../../health/model.ts"
import { SIGNALS } from "../../health/model.ts"
import type { Window } from "../../stats/model.ts"
import type { Chart, ChartGroup, Line, Section } from "./model.ts"
import type { Tone } from "./tones.ts"

type Panel = { title: string; unit: string; signals: [signal: string, name: string][] }

const PANELS: Panel[] = [
  {
    title: "CPU",
    unit: "cores",
    signals: [
      ["api.cpu", "API"],
      ["database.cpu", "PostgreSQL"],
      ["k6.cpu", "k6"],
      ["worker.cpu", "worker"],
    ],
  },
  {
    title: "Event loop delay, p99",
    unit: "ms",
    signals: [
      ["api.loopDelay", "API"],
      ["worker.loopDelay", "worker"],
    ],
  },
  { title: "Requests in progress in the API", unit: "requests", signals: [["api.inFlight", "in flight"]] },
  {
    title: "Connections of the API",
    unit: "connections",
    signals: [
      ["api.poolBusy", "in use"],
      ["api.poolWaiting", "waited for"],
    ],
  },
  {
    title: "Sessions of the database",
    unit: "sessions",
    signals: [
      ["database.active", "active"],
      ["database.locks", "waiting for a lock"],
      ["database.io", "waiting for the disk"],
      ["database.idleInTransaction", "idle in a transaction"],
    ],
  },
]

const TONES: Tone[] = ["first", "second", "third", "fourth"]

/** What the API, the worker, the database and k6 were doing, as far as it was sampled. */
export function healthGroup(health: Health | undefined, window: Window | null): ChartGroup {
  const samples = health?.samples ?? []
  const span = spanOf(samples, window)
  const charts = [...PANELS, ...ownPanels(health)].flatMap((panel) => {
    const lines = linesOf(panel, samples, span)
    return lines.length > 0 ? [chartOf(panel, lines, span.max)] : []
  })
  const note =
    charts.length > 0 ? null : "Nothing was sampled: no source of metrics answered during the load."
  return { note, legend: [], charts }
}

/** The signals that loadctl.yaml defines and no panel above shows, a panel each. */
function ownPanels(health: Health | undefined): Panel[] {
  const shown = new Set(PANELS.flatMap(({ signals }) => signals.map(([signal]) => signal)))
  return Object.entries(health?.signals ?? {}).flatMap(([signal, { title, unit }]): Panel[] =>
    shown.has(signal) ? [] : [{ title, unit, signals: [[signal, title]] }],
  )
}

/** From the first request, or the first sample where no request is known, for as many seconds. */
type Span = { from: number; max: number }

function spanOf(samples: Health["samples"], window: Window | null): Span {
  const from = window?.from ?? samples[0]?.at ?? 0
  return { from, max: ((window?.to ?? samples.at(-1)?.at ?? from) - from) / 1_000 }
}

function linesOf({ signals }: Panel, samples: Health["samples"], { from, max }: Span): Line[] {
  const known = signals.filter(([signal]) => samples.some(({ values }) => values[signal] !== undefined))
  return known.map(([signal, name], index) => ({
    name,
    tone: TONES[index] ?? "first",
    points: samples
      .map(({ at, values }): [number, number | null] => [(at - from) / 1_000, values[signal] ?? null])
      .filter(([second]) => second >= 0 && second <= max),
  }))
}

function meaningOf([signal, name]: Panel["signals"][number]): string {
  return new Map<string, string>(Object.entries(SIGNALS)).get(signal) ?? name
}

function chartOf({ title, unit, signals }: Panel, lines: Line[], max: number): Chart {
  const peaks = lines.map(({ name, points }) => {
    const peak = Math.max(0, ...points.flatMap(([, value]) => value ?? []))
    return `${name} up to ${Number(peak.toPrecision(3)).toLocaleString("en-US")}`
  })
  const [only] = signals.length === 1 ? signals : []
  return {
    title,
    summary: only ? `${meaningOf(only)}; ${peaks.join(", ")}` : peaks.join(", "),
    x: { kind: "seconds", min: 0, max },
    unit,
    lines,
    limit: null,
    shaded: [],
    yMax: null,
  }
}

/** What sessions of the database were seen waiting for, the commonest first. */
export function waitsSection(health: Health | undefined): Section {
  const waits = Object.entries(health?.waits ?? {}).toSorted(([, a], [, b]) => b - a)
  if (waits.length === 0) return { note: "No session of the database was seen waiting.", table: null }
  const rows = waits.slice(0, 10).map(([wait, seen]) => ({
    mark: null,
    cells: [{ text: wait }, { text: seen.toLocaleString("en-US") }],
  }))
  const table = {
    caption: "Waits of the database",
    head: ["wait", "seen"],
    rows,
    texts: [],
  }
  return { note: "Looked at once per second, sessions of the database were seen waiting for:", table }
}
