import { writeFile } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { describe, expect, inject, it } from "vitest"

import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const MAIN = join(import.meta.dirname, "../src/main.ts")
const LIMIT_BYTES = 4_400_000

const ALL = (text: string): string => `import http from "k6/http"
import { check } from "k6"
const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, index) => ["check " + index, () => true]))
export const options = { vus: 1, iterations: 400 }
export default function () { http.get(__ENV.BASE_URL + "/shows", { tags: { name: "shows" } }); ${text} }
`

const RECORDS_MUCH = ALL("for (let times = 0; times < 100; times += 1) check(null, twenty)")
const LOGS_MUCH = ALL('console.error("x".repeat(50_000))')

const CONFIG = (url: string): string => `target: { url: "${url}" }
script: much.js
env: { BASE_URL: "\${TARGET_URL}" }
sla: { each: { p95: 2000, minSamples: 1 }, overall: { minSamples: 1 } }
scenarios: { much: { k6Scenarios: [default] } }
`

/** Runs a script where no file may become larger than the limit: util-linux' prlimit(1) needs no rights for it. */
async function runLimited(script: string) {
  await using office = await openBoxOffice()
  await using project = await boxOfficeProject()
  await writeFile(join(project.folder, "much.js"), script)
  await writeFile(join(project.folder, "loadctl.yaml"), CONFIG(office.url))
  const env = { PATH: [dirname(inject("k6Path")), process.env["PATH"]].join(delimiter), HOME: project.folder }
  const command = [`--fsize=${LIMIT_BYTES}`, process.execPath, MAIN, "run", "--scenario", "much"]
  const run = await execa("prlimit", command, { cwd: project.folder, env, extendEnv: false, reject: false })
  const report = await loadctl(["report"], { cwd: project.folder })
  return { exitCode: run.exitCode, stdout: run.stdout, report: report.stdout }
}

describe("a run whose files may not grow any more is INVALID and says so", () => {
  it.each([
    ["while its samples are recorded", RECORDS_MUCH],
    ["while k6's log is saved", LOGS_MUCH],
  ])("%s", async (_, script) => {
    const { exitCode, stdout, report } = await runLimited(script)
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 5 })
    expect(stdout).toContain(
      "✗ The recording reached the largest size that a file may have here (ulimit -f).",
    )
    expect(report).toBe(stdout)
  })
})
