import { assert, integer, property } from "fast-check"
import { expect, it } from "vitest"

import { seededRandom } from "../stats/random.ts"
import { nextStep, whatIsKnown } from "./search.ts"
import type { Attempt, SearchOptions } from "./search.ts"

const options: SearchOptions = { start: 50, max: 2_000, precision: 0.05, maxRuns: 16 }

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

it("doubles until it breaks twice, and closes in on the edge", () => {
  const { found, steps } = search(holdsUpTo(330))
  expect(steps.slice(0, 5)).toEqual(["50 step", "100 step", "200 step", "400 step", "400 confirm"])
  expect(steps.length).toBeLessThanOrEqual(16)
  expect(found.load).toBeGreaterThan(330 * 0.95)
  expect(found.load).toBeLessThanOrEqual(330)
  expect(found.edge!.low).toBeLessThan(331)
  expect(found.edge!.high).toBeGreaterThan(330)
})

it("finds any edge within 5 % in 16 runs", () => {
  assert(
    property(integer({ min: 5, max: 1_900 }), (capacity) => {
      const { found, attempts } = search(holdsUpTo(capacity))
      return attempts.length <= 16 && found.load! <= capacity && found.load! >= Math.floor(capacity * 0.95)
    }),
    { seed: 1, numRuns: 60 },
  )
})

it("stops at the highest load it may try, and says that this was the limit", () => {
  const { found, steps } = search(holdsUpTo(10_000), { max: 150 })
  expect(steps).toEqual(["50 step", "100 step", "150 step", "150 confirm"])
  expect(found).toEqual({ load: 150, confirmations: 1, broken: null, limitedBy: "max", edge: null })
})

it("tries whole loads up to the highest only, at most as often as it may, whatever the outcomes", () => {
  assert(
    property(integer({ min: 1, max: 100_000 }), integer({ min: 2, max: 9 }), (seed, tenths) => {
      const random = seededRandom(seed)
      const by = () => (random.uniform() * 10 < tenths ? "pass" : "fail")
      const { attempts, found } = search(by, { start: 20, max: 100 })
      const held = new Set(attempts.flatMap(({ load, outcome }) => (outcome === "pass" ? [load] : [])))
      return (
        attempts.length <= 16 &&
        attempts.every(({ load }) => Number.isInteger(load) && load >= 1 && load <= 100) &&
        (found.load === null ? held.size === 0 : held.has(found.load))
      )
    }),
    { seed: 1, numRuns: 60 },
  )
})

it("goes down when the first load is already too much", () => {
  const { found, steps } = search(holdsUpTo(3))
  expect(steps.slice(0, 5)).toEqual(["50 step", "25 step", "12 step", "6 step", "3 step"])
  expect(found).toMatchObject({ load: 3, broken: 4 })
})

it("finds nothing when not even one per second holds", () => {
  const { found } = search(() => "fail")
  expect(found).toMatchObject({ load: null, broken: 1, limitedBy: "sla", edge: null })
})

it.each([0, 1, 2, 3, 6, 9])("is not capped by a stray failure in run %i", (stray) => {
  const { found } = search((load, index) => (index === stray ? "fail" : holdsUpTo(330)(load)))
  expect(found.load).toBeGreaterThan(330 * 0.95)
  expect(found.load).toBeLessThanOrEqual(330)
})

it("has answers of 95 % or more of the truth in 95 of 100 searches where a tenth of all runs fail for no reason", () => {
  const answers = Array.from({ length: 60 }, (_, seed) => {
    const random = seededRandom(seed + 1)
    const stray = (load: number) => (random.uniform() < 0.1 ? "fail" : holdsUpTo(100)(load))
    return search(stray, { start: 20 }).found.load!
  })
  expect(answers.filter((load) => load >= 95).length).toBeGreaterThanOrEqual(57)
  expect(Math.max(...answers)).toBeLessThanOrEqual(100)
})

it("does not end between two loads of which one both held and broke", () => {
  const outcomes = new Map([
    [80, "+-+-"],
    [81, "--"],
  ])
  const attempts = [20, 40, 160, 160].map((load): Attempt => ({
    load,
    outcome: load > 100 ? "fail" : "pass",
  }))
  for (const [load, signs] of outcomes)
    for (const sign of signs) attempts.push({ load, outcome: sign === "+" ? "pass" : "fail" })
  const edge = whatIsKnown(options, attempts).edge!
  expect(Math.log(edge.high / edge.low)).toBeGreaterThan(options.precision)
  expect(nextStep(options, attempts).kind).toBe("try")
})

it("finds the edge of a server whose runs differ by 5 %", () => {
  const random = seededRandom(2)
  const answers = Array.from({ length: 40 }, () => {
    const noisy = (load: number) => holdsUpTo(330 * Math.exp(0.05 * random.normal()))(load)
    return search(noisy).found.load!
  })
  expect(answers.filter((load) => Math.abs(load / 330 - 1) <= 0.1).length).toBeGreaterThanOrEqual(37)
})

it("tries again what could not be trusted, and takes twice for the end of the generator", () => {
  const { found, steps } = search((load) => (load > 200 ? "untrusted" : "pass"))
  expect(steps.slice(2, 5)).toEqual(["200 step", "400 step", "400 again"])
  expect(found.limitedBy).toBe("generator")
  expect(found.load).toBeGreaterThanOrEqual(190)
})

it("knows what it knows when it is cut short", () => {
  expect(whatIsKnown({ max: 2_000 }, [])).toMatchObject({ load: null, broken: null, edge: null })
  expect(whatIsKnown({ max: 2_000 }, [{ load: 50, outcome: "pass" }])).toMatchObject({
    load: 50,
    broken: null,
  })
})
