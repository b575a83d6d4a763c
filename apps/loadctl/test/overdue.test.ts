import { chmod, readFile, readdir, writeFile } from "node:fs/promises"
import { delimiter, join } from "node:path"
import process from "node:process"

import { expect, inject, it } from "vitest"

import { runK6 } from "../src/k6/run.ts"
import { readScriptOptions } from "../src/k6/options.ts"
import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

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
  const configFile = join(project.folder, "k6.json")
  await writeFile(configFile, "{}")
  const asked = { binary: inject("k6Path"), script, cwd: project.folder, env, configFile }
  await writeFile(script, SLOW_END)
  expect(await readScriptOptions(asked)).toMatchObject({ teardownMs: 150_000 })
  await writeFile(script, SLOW_END.replace('teardownTimeout: "150s"', ""))
  expect(await readScriptOptions(asked)).toMatchObject({ teardownMs: null })
  const longer = { ...env, K6_TEARDOWN_TIMEOUT: "2m" }
  expect(await readScriptOptions({ ...asked, env: longer })).toMatchObject({ teardownMs: 120_000 })
})

// Its first lines tell of a load that should have ended long ago; then it is the real one.
const LATE_K6 = `#!/bin/sh
if [ "$1" = run ]; then
  echo "     scenarios: (100.00%) 1 scenario, 1 max VUs, 1s max duration (incl. graceful stop):"
  echo "default   [  50% ] 1 VUs  600.0s/1s"
fi
exec "$K6" "$@"
`

it("makes the whole run INVALID, which says why", async () => {
  await using office = await openBoxOffice()
  await using project = await boxOfficeProject()
  const k6 = join(project.folder, "k6")
  await writeFile(k6, LATE_K6)
  await chmod(k6, 0o755)
  const script = 'import http from "k6/http"\nexport const options = { vus: 1, duration: "60s" }\n'
  const call = 'http.get(__ENV.BASE_URL + "/shows", { tags: { name: "shows" } })'
  await writeFile(join(project.folder, "late.js"), `${script}export default function () { ${call} }\n`)
  const config = `target: { url: "${office.url}" }
script: late.js
env: { BASE_URL: "\${TARGET_URL}" }
sla: { each: { p95: 2000, minSamples: 1 } }
scenarios: { late: { k6Scenarios: [default] } }
`
  await writeFile(join(project.folder, "loadctl.yaml"), config)
  const path = { PATH: [project.folder, env.PATH].join(delimiter), K6: inject("k6Path") }
  const run = await loadctl(["run", "--scenario", "late"], { cwd: project.folder, env: path })
  expect({ exitCode: run.exitCode, stdout: run.stdout }).toMatchObject({ exitCode: 5 })
  expect(run.stdout).toContain("✗ k6 had not ended long after its planned time, and was ended.")
  expect(await commandLines(project.folder)).toEqual([])
})

/** The command lines of live processes that mention a file. */
async function commandLines(file: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")))
  return lines.filter((line) => line.includes(file))
}
