import { expect, it } from "vitest"
import { createCachedRead } from "./cached-read.ts"

/** Reads that the test ends, one after the other. */
function setup() {
  let time = 0
  const reads: PromiseWithResolvers<string>[] = []
  const cached = createCachedRead({
    read: () => {
      const started = Promise.withResolvers<string>()
      reads.push(started)
      return started.promise
    },
    freshMs: 100,
    maxAgeMs: 300,
    now: () => time,
  })
  return {
    cached,
    count: () => reads.length,
    end: async (text: string) => {
      reads.at(-1)?.resolve(text)
      await Promise.resolve()
    },
    fail: async () => {
      reads.at(-1)?.reject(new Error("away"))
      await Promise.resolve()
    },
    at: (ms: number) => (time = ms),
  }
}

it("shares one read and its result while it is fresh", async () => {
  const { cached, count, end, at } = setup()
  const waiting = [cached(), cached()]
  await end("first")
  expect(await Promise.all(waiting)).toEqual(["first", "first"])
  at(99)
  expect(await cached()).toBe("first")
  expect(count()).toBe(1)
})

it("serves what is no longer fresh while it is read again, once", async () => {
  const { cached, count, end, at } = setup()
  const first = cached()
  await end("first")
  await first
  at(100)
  expect(await Promise.all([cached(), cached()])).toEqual(["first", "first"])
  expect(count()).toBe(2)
  await end("second")
  at(150)
  expect(await cached()).toBe("second")
  expect(count()).toBe(2)
})

it("counts the age of a result from when its read began", async () => {
  const { cached, count, end, at } = setup()
  const first = cached()
  at(100)
  await end("first")
  await first
  await cached()
  expect(count()).toBe(2)
})

it("lets callers wait for the read when the last result is too old", async () => {
  const { cached, end, at } = setup()
  const first = cached()
  await end("first")
  await first
  at(300)
  const waiting = cached()
  await end("second")
  expect(await waiting).toBe("second")
})

it("does not keep a failure, which only those get that wait for it", async () => {
  const { cached, count, end, fail, at } = setup()
  const failing = cached()
  void fail()
  await expect(failing).rejects.toThrow("away")
  const first = cached()
  await end("first")
  expect(await first).toBe("first")
  at(150)
  expect(await cached()).toBe("first")
  await fail()
  at(200)
  expect(await cached()).toBe("first")
  expect(count()).toBe(4)
  at(300)
  const waiting = cached()
  await end("second")
  expect(await waiting).toBe("second")
})
