import { readFile, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"

import { expect, inject, it } from "vitest"

import { runK6 } from "../src/k6/run.ts"
import { readTeardownTimeout } from "../src/k6/teardown.ts"
import { boxOfficeProject } from "./support/loadctl.ts"

const SLOW_END = `import { sleep } from "k6"
export const options = { vus: 1, iterations: 1, teardownTimeout: "150s" }
export default function () { sleep(1.2) }
export function teardown() { sleep(100) }
`

const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" }

it("ends a k6 that does not end in its planned time and the grace after it", async () => {
  await using project = await boxOfficeProject()
  const script = join(project.folder, "slow.js")
  await writeFile(script, SLOW_END.replace("iterations: 1,", 'duration: "2s",'))
  const never = new AbortController().signal
  const run = await runK6({
    binary: inject("k6Path"),
    args: ["run", script],
    cwd: project.folder,
    env,
    outputFile: join(project.folder, "output.txt"),
    logFile: join(project.folder, "log.jsonl"),
    onProgress: () => {},
    interrupted: never,
    killed: never,
    // k6 plans for 30 s of gracefulStop, which nobody needs here.
    graceMs: -29_000,
  })
  expect(run.overdue).toBe(true)
  expect(run.exitCode).not.toBe(0)
  expect(await commandLines(script)).toEqual([])
})

it("grants a script the time that it asks for its teardown()", async () => {
  await using project = await boxOfficeProject()
  const script = join(project.folder, "slow.js")
  const asked = { binary: inject("k6Path"), script, cwd: project.folder, env }
  await writeFile(script, SLOW_END)
  expect(await readTeardownTimeout(asked)).toBe(150_000)
  await writeFile(script, SLOW_END.replace('teardownTimeout: "150s"', ""))
  expect(await readTeardownTimeout(asked)).toBeUndefined()
  const told = { ...env, K6_TEARDOWN_TIMEOUT: "2m" }
  expect(await readTeardownTimeout({ ...asked, env: told })).toBe(120_000)
})

/** The command lines of live processes that mention a file. */
async function commandLines(file: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")))
  return lines.filter((line) => line.includes(file))
}
