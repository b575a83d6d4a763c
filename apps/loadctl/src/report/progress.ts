import { wantsColor } from "../io.ts"
import type { Io } from "../io.ts"
import type { K6Progress } from "../k6/progress.ts"
import { formatDuration } from "../plan/duration.ts"
import type { LiveFigures } from "../run/live-figures.ts"
import type { Phase, RunObserver } from "../run/observer.ts"
import { countText } from "../sla/text.ts"
import { loadText, phaseText, renderLive } from "./live.ts"
import type { LiveState } from "./live.ts"

const PHASE_TEXT = {
  check: "Checking the tools and the target",
  "warm-up": "Warming the target up",
  seed: "Seeding the target",
  load: "Running the load",
  query: "Reading what was recorded",
  audit: "Auditing",
  judge: "Judging",
} satisfies Record<Phase, string>

const EVERY_S = 10
const KEPT_SECONDS = 200

/** Progress on stderr: redrawn in place on a terminal, plain lines anywhere else. */
export async function createObserver(io: Io): Promise<RunObserver> {
  if (!io.stderrIsTTY || io.env["TERM"] === "dumb") return createLineObserver(io.stderr)
  const { createLogUpdate } = await import("log-update")
  return createLiveObserver(createLogUpdate(io.stderrStream, { showCursor: true }), {
    color: wantsColor(io, "stderr"),
    columns: () => io.stderrStream.columns,
  })
}

/** Progress as plain lines, for logs and pipes: one for each phase, and one every few seconds of load. */
export function createLineObserver(write: (text: string) => void): RunObserver {
  let printedAtS = 0
  let state = emptyState("check", null)
  return {
    phase: (name, phases = null) => {
      printedAtS = 0
      state = emptyState(name, phases)
      write(`${PHASE_TEXT[name]}\n`)
    },
    note: (text) => write(`  ${text}\n`),
    load: (progress) => {
      if (progress.elapsedS - printedAtS < EVERY_S) return
      printedAtS = progress.elapsedS
      const at = formatDuration(progress.elapsedS * 1_000)
      const where =
        state.phases || progress.share !== undefined ? ` (${phaseText(progress, state.phases)})` : ""
      write(`  ${at}${where}  ${loadText(progress, state.figures)}\n`)
    },
    figures: (figures) => {
      state = { ...state, figures }
    },
  }
}

type Screen = {
  (text: string): void
  clear: () => void
  persist: (text: string) => void
}

/** Redraws the load in place; phases and notes scroll by above it. */
function createLiveObserver(
  screen: Screen,
  { color, columns }: { color: boolean; columns: () => number },
): RunObserver {
  let state = emptyState("check", null)
  const draw = (): void => screen(renderLive(state, { color, columns: columns() }))
  return {
    phase: (name, phases = null) => {
      screen.clear()
      if (state.progress)
        screen.persist(`${state.title}: ${countText(state.progress.iterations, "iteration")}`)
      state = emptyState(name, phases)
      if (name === "load" || name === "warm-up") draw()
      else screen.persist(state.title)
    },
    note: (text) => screen.persist(`  ${text}`),
    load: (progress: K6Progress) => {
      state = { ...state, progress }
      draw()
    },
    figures: (figures) => {
      state = withFigures(state, figures)
      draw()
    },
  }
}

function withFigures(state: LiveState, figures: LiveFigures): LiveState {
  return {
    ...state,
    figures,
    rates: [...state.rates, figures.perSecond].slice(-KEPT_SECONDS),
    p95s: [...state.p95s, figures.overall.p95].slice(-KEPT_SECONDS),
  }
}

function emptyState(name: Phase, phases: LiveState["phases"]): LiveState {
  return { title: PHASE_TEXT[name], phases, progress: null, figures: null, rates: [], p95s: [] }
}
