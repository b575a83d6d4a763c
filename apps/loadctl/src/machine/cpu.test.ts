import { expect, it } from "vitest"

import { cpuShares, parseCpuTimes, timesOfProcessors } from "./cpu.ts"

it("reads /proc/stat and leaves out the guest times, which are counted already", () => {
  const stat = "cpu  100 10 50 800 20 5 5 10 90 9\ncpu0 50 5 25 400 10 2 2 5 45 4\n"
  expect(parseCpuTimes(stat)).toMatchObject({ total: 1_000, idle: 820, steal: 10 })
})

it("adds up the processors that somebody may use", () => {
  const times = parseCpuTimes("cpu  9 0 9 9 0 0 0 0\ncpu0 10 0 0 90 0 0 0 0\ncpu1 50 0 0 50 0 0 0 0\n")
  if (!times) throw new Error("not read")
  expect(timesOfProcessors(times, [1])).toEqual({ total: 100, idle: 50, steal: 0 })
  expect(timesOfProcessors(times, [0, 1, 7])).toEqual({ total: 200, idle: 140, steal: 0 })
})

it("gives the shares between two readings", () => {
  const shares = cpuShares({ total: 1_000, idle: 800, steal: 10 }, { total: 2_000, idle: 1_050, steal: 110 })
  expect(shares).toEqual({ busy: 0.75, steal: 0.1 })
})

it("knows nothing without two readings", () => {
  const reading = { total: 5, idle: 5, steal: 0 }
  expect([cpuShares(null, reading), cpuShares(reading, reading)]).toEqual([
    { busy: null, steal: null },
    { busy: null, steal: null },
  ])
})
