import { expect, it } from "vitest"

import type { AbRun } from "./model.ts"
import { summarizeSides } from "./summary.ts"

function run(side: string, change: Partial<AbRun> = {}): AbRun {
  return {
    round: 1,
    side,
    runId: `run-${side}`,
    verdict: "PASS",
    reasons: [],
    requests: 1_000,
    rate: 100,
    p50: 10,
    p95: 50,
    p99: 90,
    failed: 0,
    endpoints: [{ name: "buy", p95: 50, limit: 200, failed: 0 }],
    audit: true,
    machine: null,
    ...change,
  }
}

it("takes the median of each figure, adds up failures, and relates them to the first side", () => {
  const runs = [run("a"), run("b", { rate: 200, p95: 20 }), run("b", { rate: 300, p95: 30, failed: 4 })]
  const [a, b] = summarizeSides(runs, ["a", "b"])
  expect(a).toMatchObject({ rate: 100, p95: 50, ratio: { rate: null, p95: null } })
  expect(b).toMatchObject({ rate: 250, p95: 25, requests: 2_000, failed: 4, ratio: { rate: 2.5, p95: 0.5 } })
})

it("passes a side only when every run that can be trusted passed", () => {
  const verdicts = (...of: AbRun["verdict"][]) =>
    summarizeSides(
      of.map((verdict) => run("a", { verdict })),
      ["a"],
    )[0]
  expect(verdicts("PASS", "PASS")?.verdict).toBe("PASS")
  expect(verdicts("PASS", "FAIL")?.verdict).toBe("FAIL")
  expect(verdicts("PASS", "INVALID")).toMatchObject({ verdict: "PASS", trusted: 1, runs: 2 })
  expect(verdicts("INVALID")).toMatchObject({ verdict: "INVALID", trusted: 0, rate: null, p95: null })
  expect(verdicts()).toMatchObject({ verdict: "INVALID", runs: 0, audit: null })
})

it("keeps what an invalid run measured out of the figures, but not that it broke an invariant", () => {
  const [a] = summarizeSides([run("a"), run("a", { verdict: "INVALID", rate: 9_999, audit: false })], ["a"])
  expect(a).toMatchObject({ rate: 100, audit: false })
  expect(summarizeSides([run("a"), run("a", { audit: null })], ["a"])[0]?.audit).toBeNull()
})

it("has each endpoint's median, with its limit", () => {
  const endpoint = (p95: number) => [{ name: "buy", p95, limit: 200, failed: 1 }]
  const [a] = summarizeSides(
    [run("a", { endpoints: endpoint(10) }), run("a", { endpoints: endpoint(20) })],
    ["a"],
  )
  expect(a?.endpoints).toEqual([{ name: "buy", p95: 15, limit: 200, failed: 2 }])
})
