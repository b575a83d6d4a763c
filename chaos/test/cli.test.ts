import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { afterAll, beforeAll, expect, it } from "vitest"

import type { Report } from "../report/report.ts"

const MAIN = join(import.meta.dirname, "../main.ts")

let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "chaos-cli-"))
})
afterAll(() => rm(dir, { recursive: true }))

/** Runs the program with temporary files of its own; `onProgress` sees what is on stderr so far. */
async function run(args: string[], onProgress: (stderr: string, kill: () => void) => void = () => {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, TMPDIR: dir } })
  let stdout = ""
  let stderr = ""
  child.stdout.on("data", (text) => (stdout += String(text)))
  child.stderr.on("data", (text) => {
    stderr += String(text)
    onProgress(stderr, () => child.kill("SIGINT"))
  })
  const [code] = await once(child, "close")
  return { code: Number(code), stdout, stderr }
}

it.each([
  [["--fault", "bad-luck"], "There is no fault bad-luck"],
  [["--slow"], "--slow"],
  [["--soak", "--minutes", "0"], "--minutes needs a number"],
  [["--soak", "--minutes", "ten"], "--minutes needs a number"],
  [["--quick", "--minutes", "1"], "how long a --soak lasts"],
  [["--quick", "--history", "1"], "beside how many orders a --soak runs"],
  [["--soak", "--history", "many"], "--history needs a whole number"],
])("exits with 2 and says why when it is asked for %j", async (args, problem) => {
  const { code, stderr } = await run(args)
  expect(code).toBe(2)
  expect(stderr).toContain(problem)
})

it("lists the faults", async () => {
  const { code, stdout } = await run(["--list"])
  expect(code).toBe(0)
  expect(stdout).toContain("kill-database")
})

it("reports a fault as a table and as JSON, with the seed", async () => {
  const file = join(dir, "report.json")
  const { stdout, stderr } = await run(["--quick", "--fault", "one-coupon", "--seed", "7", "--json", file])
  expect(stderr).toContain("Seed 7")
  expect(stdout).toMatch(/one-coupon +passed/)
  const report: Report = JSON.parse(await readFile(file, "utf8"))
  expect(await readFile(join(dir, "report.md"), "utf8")).toContain("| one-coupon | passed |")
  expect(report).toMatchObject({ verdict: "passed", seed: "7", faults: [{ fault: "one-coupon" }] })
})

it("stops everything and removes its files when it is interrupted", async () => {
  const file = join(dir, "report.json")
  let interrupted = false
  const { code } = await run(["--quick", "--fault", "kill-worker", "--json", file], (stderr, kill) => {
    if (interrupted || !stderr.includes("[1/1]")) return
    interrupted = true
    kill()
  })
  expect(code).toBe(130)
  expect((await readdir(dir)).filter((name) => name.startsWith("saleproof-chaos-"))).toEqual([])
})
