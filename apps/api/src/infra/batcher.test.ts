import { describe, expect, it } from "vitest"
import { createBatcher } from "./batcher.ts"

type Options = {
  maxBatch?: number
  maxInFlight?: number
  maxQueued?: number
}

/** A batcher whose commits finish when the test says so; jobs are objects, so that they are distinguished by identity. */
function setup(options: Options = {}) {
  const { maxBatch = 10, maxInFlight = 1, maxQueued = 100 } = options
  const batches: { jobs: { n: number }[]; finish: (error?: unknown) => void }[] = []
  let now = 0
  const batcher = createBatcher({
    maxBatch,
    maxInFlight,
    maxQueued,
    now: () => now,
    commit: (jobs: { n: number }[]) =>
      new Promise<Map<{ n: number }, number>>((resolve, reject) => {
        const finish = (error?: unknown) =>
          error === undefined ? resolve(new Map(jobs.map((job) => [job, job.n * 10]))) : reject(error)
        batches.push({ jobs, finish })
      }),
  })
  return {
    submit: (n: number) => batcher.submit({ n }),
    batches,
    sizes: () => batches.map(({ jobs }) => jobs.length),
    numbers: () => batches.map(({ jobs }) => jobs.map(({ n }) => n)),
    wait: (ms: number) => (now += ms),
  }
}

const databaseError = (state: string) =>
  Object.assign(new Error(state), {
    code: "P2010",
    meta: { driverAdapterError: { cause: { kind: "postgres", originalCode: state } } },
  })

/** Lets promises that are settled already run their continuations, and the batches that these ask for begin. */
async function settled() {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve))
}

describe("a batcher", () => {
  it("commits the jobs of one turn together, and together what came meanwhile", async () => {
    const { submit, batches, sizes } = setup()
    const results = [submit(1), submit(2)]
    await settled()
    expect(sizes()).toEqual([2])
    results.push(submit(3), submit(4), submit(5))
    await settled()
    expect(sizes()).toEqual([2])

    batches[0]?.finish()
    await settled()
    expect(sizes()).toEqual([2, 3])

    batches[1]?.finish()
    expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50])
  })

  it("keeps the order of arrival and the limits of batch and flight", async () => {
    const { submit, batches, numbers } = setup({ maxBatch: 2, maxInFlight: 2 })
    const results = [1, 2, 3, 4, 5, 6].map((n) => submit(n))
    await settled()
    expect(numbers()).toEqual([
      [1, 2],
      [3, 4],
    ])

    batches[1]?.finish()
    await settled()
    expect(numbers()[2]).toEqual([5, 6])
    for (const at of [0, 2]) batches[at]?.finish()
    expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50, 60])
  })

  it("begins the next batch before it answers the one that was committed", async () => {
    const { submit, batches, sizes } = setup()
    const seen: number[][] = []
    const results = [submit(1).then(() => seen.push(sizes()))]
    await settled()
    results.push(submit(2).then(() => seen.push(sizes())))
    batches[0]?.finish()
    await settled()
    batches[1]?.finish()
    await Promise.all(results)
    expect(seen).toEqual([
      [1, 1],
      [1, 1],
    ])
  })

  it("begins a batch beside another only when it is full", async () => {
    const { submit, batches, numbers } = setup({ maxBatch: 2, maxInFlight: 2 })
    const results = [1, 2, 3].map((n) => submit(n))
    await settled()
    expect(numbers()).toEqual([[1, 2]])

    results.push(submit(4))
    await settled()
    results.push(submit(5))
    await settled()
    expect(numbers()).toEqual([
      [1, 2],
      [3, 4],
    ])

    for (const { finish } of batches) finish()
    await settled()
    expect(numbers()[2]).toEqual([5])
    batches[2]?.finish()
    expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50])
  })

  it("refuses what exceeds the queue and still serves the rest", async () => {
    const { submit, batches } = setup({ maxQueued: 1 })
    const first = submit(1)
    await settled()
    const second = submit(2)
    await expect(submit(3)).rejects.toMatchObject({ code: "OVERLOADED", retryAfterSeconds: 1 })

    batches[0]?.finish()
    await settled()
    batches[1]?.finish()
    expect(await Promise.all([first, second])).toEqual([10, 20])
  })

  it("fails the jobs of a batch whose observer throws, and goes on", async () => {
    const sick = new Error("observer")
    let calls = 0
    const batcher = createBatcher({
      maxBatch: 1,
      maxInFlight: 1,
      maxQueued: 10,
      observe: () => {
        if (++calls === 1) throw sick
      },
      commit: async (jobs: { n: number }[]) => new Map(jobs.map((job) => [job, job.n])),
    })
    const first = batcher.submit({ n: 1 })
    const second = batcher.submit({ n: 2 })
    await expect(first).rejects.toBe(sick)
    expect(await second).toBe(2)
  })

  it("rejects jobs that have waited too long", async () => {
    const { submit, batches, wait } = setup()
    const first = submit(1)
    await settled()
    const late = submit(2)
    wait(5_001)
    const fresh = submit(3)
    batches[0]?.finish()
    await expect(late).rejects.toMatchObject({ code: "OVERLOADED" })
    await settled()
    expect(batches[1]?.jobs.map(({ n }) => n)).toEqual([3])
    batches[1]?.finish()
    expect(await Promise.all([first, fresh])).toEqual([10, 30])
  })

  it("repeats a batch that was rolled back one by one, so that only the failing jobs fail", async () => {
    const { submit, batches, sizes } = setup()
    const first = submit(1)
    await settled()
    const together = [submit(2), submit(3)]
    batches[0]?.finish()
    await first
    await settled()

    batches[1]?.finish(databaseError("23514"))
    await settled()
    batches[2]?.finish(databaseError("23514"))
    await expect(together[0]).rejects.toThrow("23514")
    await settled()
    batches[3]?.finish()
    expect(await together[1]).toBe(30)
    expect(sizes()).toEqual([1, 2, 1, 1])
  })

  it.each([databaseError("57P01"), new Error("Connection terminated unexpectedly")])(
    "never repeats a batch whose outcome is unknown (%s)",
    async (error) => {
      const { submit, batches, sizes } = setup()
      const first = submit(1)
      await settled()
      const together = [submit(2), submit(3)]
      batches[0]?.finish()
      await first
      await settled()
      batches[1]?.finish(error)

      for (const lost of together) await expect(lost).rejects.toBe(error)
      expect(sizes()).toEqual([1, 2])
    },
  )
})
