import { readFile } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

import { BUGS } from "./bugs.ts"
import { checkFit, patched } from "./mutate.ts"

const ROOT = join(import.meta.dirname, "../..")
const MAIN = join(import.meta.dirname, "main.ts")
const THREE_RUNS_MS = 180_000

it.each(BUGS)("$id still fits the source", async (bug) => {
  await expect(checkFit(ROOT, bug)).resolves.toBeUndefined()
})

it("has every bug once", () => {
  expect(new Set(BUGS.map(({ id }) => id)).size).toBe(BUGS.length)
})

it("refuses a mutation that fits nowhere or twice", () => {
  const patch = { file: "a.ts", find: "a", replace: "b" }
  expect(() => patched("x", [patch])).toThrow("fits 0 times into a.ts")
  expect(() => patched("a a", [patch])).toThrow("fits 2 times into a.ts")
  expect(patched("a", [{ ...patch, replace: "$&" }])).toBe("$&")
})

it(
  "catches bugs by a test, an invariant and the database, and leaves the source as it is",
  { timeout: THREE_RUNS_MS },
  async () => {
    const ids = ["rate-rounded-up", "ranking-counted-twice", "claim-drained-twice"]
    const files = BUGS.filter(({ id }) => ids.includes(id)).flatMap(({ patches }) => patches)
    const sources = () => Promise.all(files.map(({ file }) => readFile(join(ROOT, file), "utf8")))
    const before = await sources()

    const { exitCode, stdout } = await execa(
      process.execPath,
      [MAIN, ...ids.flatMap((id) => ["--only", id])],
      {
        reject: false,
        // A run of tests inside a test is one of its own.
        env: { VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined },
      },
    )

    expect(stdout).toMatch(/rate-rounded-up +a coupon with a rate > gives a rate/)
    expect(stdout).toMatch(/ranking-counted-twice .*sales-equal-orders/)
    expect(stdout).toMatch(/claim-drained-twice .*constraint coupons_/)
    expect(stdout).toContain("3 of 3 bugs caught")
    expect(exitCode).toBe(0)
    expect(await sources()).toEqual(before)
  },
)
