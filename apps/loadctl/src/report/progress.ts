import type { K6Progress } from "../k6/progress.ts"
import { formatDuration } from "../plan/duration.ts"
import type { Phase, RunObserver } from "../run/observer.ts"

const PHASE_TEXT = {
  check: "Checking the tools and the target",
  "warm-up": "Warming the target up",
  seed: "Seeding the target",
  load: "Running the load",
  query: "Reading InfluxDB",
  audit: "Auditing",
  judge: "Judging",
} satisfies Record<Phase, string>

const EVERY_S = 5

/** Progress as plain lines, for logs and pipes: one for each phase, and one every few seconds of load. */
export function createLineObserver(write: (text: string) => void): RunObserver {
  let toldAtS = 0
  return {
    phase: (name) => {
      toldAtS = 0
      write(`${PHASE_TEXT[name]}\n`)
    },
    note: (text) => write(`  ${text}\n`),
    load: (progress) => {
      if (progress.elapsedS - toldAtS < EVERY_S) return
      toldAtS = progress.elapsedS
      write(`  ${loadLine(progress)}\n`)
    },
  }
}

/** "12s  300 of 300 VUs  1,204 iterations" */
function loadLine({ elapsedS, vus, maxVus, iterations, interrupted }: K6Progress): string {
  const parts = [
    formatDuration(elapsedS * 1_000),
    `${vus} of ${maxVus} VUs`,
    `${iterations.toLocaleString("en-US")} iterations`,
  ]
  if (interrupted > 0) parts.push(`${interrupted} cut off`)
  return parts.join("  ")
}
