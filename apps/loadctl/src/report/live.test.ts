import { describe, expect, it } from "vitest"

import { sla } from "../../test/fixtures/evidence.ts"
import { liveFigures } from "../run/live-figures.ts"
import { loadText, phaseText, renderLive, sparkline } from "./live.ts"
import { createLineObserver } from "./progress.ts"

const phases = { warmupMs: 30_000, holdMs: 60_000, cooldownMs: 10_000 }
const progress = { elapsedS: 47, vus: 100, maxVus: 100, iterations: 1_204, interrupted: 0 }
const plan = { sla: sla({ endpoints: { order: { p95: 200 }, pay: {} } }), k6Scenarios: ["sale"] }
const requests = (name: string, status: string, ms: number[]) => ({
  scenario: name === "seed" ? "" : "sale",
  phase: "",
  name,
  status,
  expected: status.startsWith("2"),
  errorCode: "",
  at: Float64Array.from(ms.keys()),
  ms: Float64Array.from(ms),
})
const figures = liveFigures(
  [requests("order", "201", [100, 240]), requests("order", "500", [9]), requests("seed", "200", [1])],
  plan,
  2,
)

describe("liveFigures", () => {
  it("has a row for each endpoint that is owed something, and counts failures by what they owe", () => {
    expect(figures.overall).toMatchObject({ n: 3, failed: 1 })
    expect(figures.perSecond).toBe(1.5)
    expect(figures.endpoints.map(({ name, n, failed }) => [name, n, failed])).toEqual([
      ["order", 3, 1],
      ["pay", 0, 0],
    ])
  })
})

describe("phaseText", () => {
  it.each([
    [12, "warm-up, 18s of 30s left"],
    [47, "hold, 43s of 1m00s left"],
    [95, "cool-down, 5s of 10s left"],
    [104, "the last iterations finish"],
  ])("after %d s says %s", (elapsedS, text) => {
    expect(phaseText({ elapsedS }, phases)).toBe(text)
  })

  it("says how long it has been where no clock ends the load", () => {
    expect(phaseText({ elapsedS: 4 }, null)).toBe("4s")
  })
})

it("draws one block a value, the highest one full", () => {
  expect(sparkline([0, 50, 100])).toBe("▁▅█")
  expect(sparkline([0, 0])).toBe("▁▁")
  expect(sparkline([])).toBe("")
})

describe("renderLive", () => {
  const state = { title: "Running the load", phases, progress, figures, rates: [1, 2], p95s: [200, 100] }

  it("shows the phase, the load, its course and every endpoint", () => {
    expect(renderLive(state, { color: false, columns: 80 })).toBe(
      [
        "Running the load: hold, 43s of 1m00s left",
        "  100 of 100 VUs  1,204 iterations  2 requests/s  p95 226 ms  1 failed",
        "  requests/s  ▅█",
        "  p95         █▅",
        "  last seconds  n  p95  failed",
        "  order         3  226       1",
        "  pay           0    –       0",
        "  overall       3  226       1",
      ].join("\n"),
    )
  })

  it("paints what is beyond its limit, and only where color is wanted", () => {
    const painted = renderLive(state, { color: true, columns: 80 })
    expect(painted).toContain("\u001B[31m226\u001B[39m")
    expect(renderLive(state, { color: false, columns: 80 })).not.toContain("\u001B")
  })
})

it("writes one line every ten seconds where there is no terminal", () => {
  const lines: string[] = []
  const observer = createLineObserver((text) => lines.push(text))
  observer.phase("load", phases)
  observer.figures(figures)
  for (let elapsedS = 1; elapsedS <= 25; elapsedS += 1) observer.load({ ...progress, elapsedS })
  expect(lines).toEqual([
    "Running the load\n",
    `  10s (warm-up, 20s of 30s left)  ${loadText(progress, figures)}\n`,
    `  20s (warm-up, 10s of 30s left)  ${loadText(progress, figures)}\n`,
  ])
})
