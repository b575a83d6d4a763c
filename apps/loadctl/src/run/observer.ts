import type { K6Progress } from "../k6/progress.ts"

/** Told what a run is doing, for people who wait. */
export type RunObserver = {
  /** A phase begins: "seed", "load", ... */
  phase: (name: Phase) => void
  note: (text: string) => void
  load: (progress: K6Progress) => void
}

export type Phase = "check" | "warm-up" | "seed" | "load" | "query" | "audit" | "judge"
