import { expect, it } from "vitest"
import { withRetry } from "./retry.ts"

const failure = (state: string, code = "P2010") =>
  Object.assign(new Error(state), {
    code,
    meta: { driverAdapterError: { cause: { kind: "postgres", originalCode: state } } },
  })

/** Fails as often as there are errors, then answers how often it was called. */
function failing(...errors: Error[]) {
  let calls = 0
  return {
    calls: () => calls,
    run: async () => {
      const error = errors[calls++]
      if (error) throw error
      return calls
    },
  }
}

const immediately = { random: () => 0 }

it.each([failure("40001"), failure("40001", "P2034"), failure("40P01"), failure("55P03", "P2039")])(
  "repeats what PostgreSQL took back (%s)",
  async (error) => {
    expect(await withRetry(failing(error).run, immediately)).toBe(2)
  },
)

it("says what made it repeat", async () => {
  const states: string[] = []
  const run = failing(failure("40P01"), failure("55P03")).run
  await withRetry(run, { ...immediately, onRetry: (state) => states.push(state) })
  expect(states).toEqual(["40P01", "55P03"])
})

it("gives up after three repeats", async () => {
  const stuck = failing(...[1, 2, 3, 4, 5].map(() => failure("40P01")))
  await expect(withRetry(stuck.run, immediately)).rejects.toThrow("40P01")
  expect(stuck.calls()).toBe(4)
})

it.each([failure("23505"), failure("23514"), failure("57014"), failure("57P01"), new Error("40001")])(
  "does not repeat anything else (%s)",
  async (error) => {
    const once = failing(error)
    await expect(withRetry(once.run, immediately)).rejects.toBe(error)
    expect(once.calls()).toBe(1)
  },
)
