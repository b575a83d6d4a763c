import { stripVTControlCharacters } from "node:util"

import { describe, expect, inject, it, vi } from "vitest"

import { boxOfficeProject, loadctlOnTerminal } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const RED = "\u001B[31m"

describe("a run on a terminal", () => {
  it("redraws the last seconds of every endpoint until Ctrl-C, then reports: exit 130", async () => {
    await using office = await openBoxOffice({ delayMs: 5 })
    await using project = await boxOfficeProject()
    const run = start(project.folder, office.url)
    let shown = ""
    run.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()))
    const shows = (pattern: RegExp): Promise<void> =>
      vi.waitFor(() => expect(stripVTControlCharacters(shown)).toMatch(pattern), { timeout: 20_000 })
    await shows(/shows +\d{2,} +[\d.]+ +0/)
    await shows(/2 of 2 VUs {2}[\d,]+ iterations {2}\d+ requests\/s/)
    run.stdin.write("\u0003")
    const { exitCode, stdout } = await run
    expect(exitCode).toBe(130)
    expect(stdout).toContain("The run was interrupted before it was done.")
    expect(stdout).toContain(RED)
  })

  it("has no color when NO_COLOR says so", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const { stdout } = await start(project.folder, office.url, {
      scenario: "impatient",
      env: { NO_COLOR: "1" },
    })
    expect(stdout).toContain("of 4 VUs")
    expect(stdout).not.toContain(RED)
  })
})

function start(folder: string, target: string, { scenario = "waiting", env = {} } = {}) {
  const flags = ["--target", target, "--influx", inject("influxUrl")]
  return loadctlOnTerminal(["run", "--scenario", scenario, ...flags], { cwd: folder, env })
}
