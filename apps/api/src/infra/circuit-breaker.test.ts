import { describe, expect, it } from "vitest"
import { createCircuitBreaker } from "./circuit-breaker.ts"

const never = () => new Promise<string>(() => undefined)
const answer = () => Promise.resolve("yes")

function breakerAt() {
  const clock = { now: 0 }
  const ask = createCircuitBreaker({ budgetMs: 5, openMs: 1_000, now: () => clock.now })
  return { clock, ask }
}

describe("a circuit breaker", () => {
  it("passes an answer on that comes in time", async () => {
    const { ask } = breakerAt()
    expect(await ask(answer)).toEqual({ outcome: "answered", answer: "yes" })
  })

  it.each([
    ["late", never],
    ["failed", () => Promise.reject(new Error("down"))],
  ])(
    "asks nobody for a while after an answer that was %s, and then asks again",
    async (outcome, question) => {
      const { ask, clock } = breakerAt()
      expect(await ask(question)).toEqual({ outcome })
      clock.now = 999
      expect(await ask(answer)).toEqual({ outcome: "open" })
      clock.now = 1_000
      expect(await ask(answer)).toEqual({ outcome: "answered", answer: "yes" })
    },
  )

  it("reads an answer that waited behind a busy event loop before it calls it late", async () => {
    const { ask } = breakerAt()
    const { promise, resolve } = Promise.withResolvers<string>()
    const asked = ask(() => promise)
    setImmediate(() => {
      const until = performance.now() + 20
      while (performance.now() < until);
      setImmediate(() => resolve("there"))
    })
    expect(await asked).toEqual({ outcome: "answered", answer: "there" })
  })
})
