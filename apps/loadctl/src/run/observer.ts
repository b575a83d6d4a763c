import type { K6Progress } from "../k6/progress.ts"
import type { Phases } from "../plan/plan.ts"
import type { LiveFigures } from "./live-figures.ts"

/** Receives what a run is doing, to show it. */
export type RunObserver = {
  /** A phase begins: "seed", "load", ...; a load with the phases that it plans, if it does. */
  phase: (name: Phase, phases?: Phases | null) => void
  note: (text: string) => void
  load: (progress: K6Progress) => void
  /** The last seconds of the load that is judged. */
  figures: (figures: LiveFigures) => void
}

export type Phase = "check" | "warm-up" | "seed" | "load" | "query" | "audit" | "judge"
