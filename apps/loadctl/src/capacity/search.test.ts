import { assert, integer, property } from "fast-check"
import { expect, it } from "vitest"

import { nextStep, whatIsKnown } from "./search.ts"
import type { Attempt, SearchOptions } from "./search.ts"

const options: SearchOptions = { start: 50, max: 2_000, precision: 0.05, confirmations: 2 }

/** Searches a system that answers as `outcomeAt` says; every step as "load why". */
function search(
  outcomeAt: (load: number, index: number) => Attempt["outcome"],
  over: Partial<SearchOptions> = {},
) {
  const attempts: Attempt[] = []
  const steps: string[] = []
  for (;;) {
    const step = nextStep({ ...options, ...over }, attempts)
    if (step.kind === "done") return { found: step.found, steps, attempts }
    steps.push(`${step.load} ${step.why}`)
    attempts.push({ load: step.load, outcome: outcomeAt(step.load, attempts.length) })
    if (attempts.length > 100) throw new Error("the search does not end")
  }
}

const holdsUpTo = (capacity: number) => (load: number) =>
  (load <= capacity ? "pass" : "fail") as Attempt["outcome"]

it("doubles until it breaks, bisects the gap, and confirms twice", () => {
  const { found, steps } = search(holdsUpTo(330))
  expect(steps).toEqual([
    "50 step",
    "100 step",
    "200 step",
    "400 step",
    "300 bisect",
    "350 bisect",
    "325 bisect",
    "338 bisect",
    "325 confirm",
    "325 confirm",
  ])
  expect(found).toEqual({ load: 325, confirmations: 2, broken: 338, limitedBy: "sla" })
})

it("stops at the highest load it may try, and says that this was the limit", () => {
  const { found, steps } = search(holdsUpTo(10_000), { max: 150 })
  expect(steps).toEqual(["50 step", "100 step", "150 step", "150 confirm", "150 confirm"])
  expect(found).toEqual({ load: 150, confirmations: 2, broken: null, limitedBy: "max" })
})

it("goes down when the first load is already too much", () => {
  const { found, steps } = search(holdsUpTo(3))
  expect(steps.slice(0, 5)).toEqual(["50 step", "25 step", "12 step", "6 step", "3 step"])
  expect(found).toMatchObject({ load: 3, broken: 4 })
})

it("finds nothing when not even one a second holds", () => {
  const { found } = search(() => "fail")
  expect(found).toEqual({ load: null, confirmations: 0, broken: 1, limitedBy: "sla" })
})

it("does not believe a load that fails when it is confirmed", () => {
  let confirmations = 0
  const { found, steps } = search((load) => {
    if (load > 330) return "fail"
    return load === 325 && confirmations++ === 1 ? "fail" : "pass"
  })
  expect(steps.at(-1)).toMatch(/ confirm$/)
  expect(found.load).toBeLessThan(325)
  expect(found).toMatchObject({ broken: 325, confirmations: 2 })
})

it("tries once more what could not be trusted, and goes on when that was an accident", () => {
  const { found, steps } = search((load, index) => (index === 2 ? "untrusted" : holdsUpTo(330)(load)))
  expect(steps.slice(2, 4)).toEqual(["200 step", "200 again"])
  expect(found.load).toBe(325)
})

it("takes a generator that gives out twice for the limit, and calls it that", () => {
  const { found } = search((load) => (load <= 330 ? "pass" : "untrusted"))
  expect(found).toEqual({ load: 325, confirmations: 2, broken: 338, limitedBy: "generator" })
})

it("starts no higher than it may go", () => {
  expect(nextStep({ ...options, start: 500, max: 20 }, [])).toEqual({ kind: "try", load: 20, why: "step" })
})

it("knows what it found when it is cut short", () => {
  expect(whatIsKnown(options, [])).toMatchObject({ load: null, broken: null })
  const attempts: Attempt[] = [
    { load: 50, outcome: "pass" },
    { load: 100, outcome: "pass" },
    { load: 200, outcome: "fail" },
  ]
  expect(whatIsKnown(options, attempts)).toEqual({
    load: 100,
    confirmations: 0,
    broken: 200,
    limitedBy: "sla",
  })
})

it("ends within the precision asked for, whatever the capacity", () => {
  assert(
    property(integer({ min: 1, max: 5_000 }), integer({ min: 1, max: 500 }), (capacity, start) => {
      const { found, attempts } = search(holdsUpTo(capacity), { start })
      const most = Math.min(capacity, options.max)
      expect(found.load).toBeLessThanOrEqual(most)
      expect(found.load).toBeGreaterThanOrEqual(Math.min(most - 1, Math.floor(most / 1.06)))
      expect(attempts.length).toBeLessThan(30)
    }),
  )
})
