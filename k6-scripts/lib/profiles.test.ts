import { describe, expect, it } from "vitest"

import { PROFILES, judgedPhase, makeProfile, phaseAt, phaseLengths, toScenario } from "./profiles.ts"

const asIs = (name: string) => toScenario(makeProfile(name, { scale: 1 }))

describe("the scenarios", () => {
  it("flow_iterations sends 300 users through once, within a minute", () => {
    expect(asIs("flow_iterations")).toEqual({
      executor: "per-vu-iterations",
      vus: 300,
      iterations: 1,
      maxDuration: "60000ms",
    })
  })

  it.each([10, 100])("flow_%ivus climbs for 30 s, holds for a minute and descends for 10 s", (vus) => {
    expect(asIs(`flow_${vus}vus`)).toEqual({
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: "30000ms", target: vus },
        { duration: "60000ms", target: vus },
        { duration: "10000ms", target: 0 },
      ],
      gracefulStop: "10000ms",
    })
  })

  it("flow_300vus climbs for 30 s, holds for two minutes and descends for 20 s", () => {
    expect(asIs("flow_300vus")).toEqual({
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: "30000ms", target: 300 },
        { duration: "120000ms", target: 300 },
        { duration: "20000ms", target: 0 },
      ],
      gracefulStop: "20000ms",
    })
  })

  it("each of them has an open twin that starts one iteration per second for every user", () => {
    for (const vus of [10, 100, 300]) {
      expect(asIs(`flow_${vus}vus_rps`)).toMatchObject({ executor: "constant-arrival-rate", rate: vus })
    }
  })

  it("an unknown one is refused with the names of all", () => {
    expect(() => makeProfile("flow_11vus", { scale: 1 })).toThrow(Object.keys(PROFILES).join(", "))
  })
})

describe("overrides", () => {
  it("scale shortens every length, but no wait for what is in progress", () => {
    expect(toScenario(makeProfile("flow_300vus", { scale: 0.1 }))).toMatchObject({
      stages: [{ duration: "3000ms" }, { duration: "12000ms" }, { duration: "2000ms" }],
      gracefulStop: "20000ms",
    })
    expect(toScenario(makeProfile("flow_iterations", { scale: 0.1 }))).toMatchObject({
      maxDuration: "60000ms",
    })
  })

  it("VUs replace the height of a ramp", () => {
    expect(toScenario(makeProfile("flow_300vus", { scale: 1, vus: 700 }))).toMatchObject({
      stages: [{ target: 700 }, { target: 700 }, { target: 0 }],
    })
  })

  it("a higher rate brings the VUs that it needs", () => {
    expect(toScenario(makeProfile("flow_rps", { scale: 1, rate: 400, duration: 30 }))).toEqual({
      executor: "constant-arrival-rate",
      rate: 400,
      timeUnit: "1s",
      duration: "40000ms",
      preAllocatedVUs: 850,
      maxVUs: 1_600,
    })
  })
})

describe("phases", () => {
  const ramp = makeProfile("flow_10vus", { scale: 1 })

  it.each([
    [0, "warmup"],
    [29.9, "warmup"],
    [30, "hold"],
    [89.9, "hold"],
    [90, "cooldown"],
    [105, "cooldown"],
  ] as const)("%f s into a ramp is %s", (elapsed, phase) => {
    expect(phaseAt(ramp, elapsed)).toBe(phase)
  })

  it("counted iterations are one hold, of no planned length", () => {
    const counted = makeProfile("flow_iterations", { scale: 1 })
    expect(phaseLengths(counted)).toBeNull()
    expect(phaseAt(counted, 55)).toBe("hold")
  })

  it("all of a ramp is judged, and the hold of an arrival rate", () => {
    expect(judgedPhase(ramp)).toBe("all")
    expect(judgedPhase(makeProfile("flow_rps", { scale: 1 }))).toBe("hold")
  })
})

it("puts arrivals off at random where they are to come as independent users do, with VUs for those who wait", () => {
  const even = makeProfile("flow_rps", { rate: 100, scale: 1 })
  const poisson = makeProfile("flow_rps", { rate: 100, scale: 1, arrivals: "poisson" })
  expect(even).toMatchObject({ scatter: 0, maxVus: 400 })
  expect(poisson).toMatchObject({ scatter: 2, maxVus: 600 })
  expect([even, poisson].map(toScenario)).toMatchObject([{ preAllocatedVUs: 250 }, { preAllocatedVUs: 450 }])
})

it("makes Poisson arrivals of even ones: as many in a tenth of a second as chance would have", () => {
  const { scatter, rate } = Object.assign(
    { scatter: 0, rate: 0 },
    makeProfile("flow_rps", { rate: 100, scale: 1, arrivals: "poisson" }),
  )
  let seed = 1
  const uniform = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const counts = Array.from({ length: 600 }, () => 0)
  for (let arrival = 0; arrival < 70 * rate; arrival += 1) {
    const slot = Math.floor((arrival / rate + scatter * uniform() - 5) * 10)
    if (slot >= 0 && slot < counts.length) counts[slot]! += 1
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1)
  // A Poisson process has a variance as large as its mean; even arrivals have none.
  expect(mean).toBeCloseTo(10, 0)
  expect(variance / mean).toBeGreaterThan(0.8)
  expect(variance / mean).toBeLessThan(1.2)
})
