import { EventEmitter, once } from "node:events"
import { readFile, readdir } from "node:fs/promises"
import { createServer } from "node:http"

import { describe, expect, inject, it, vi } from "vitest"

import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

describe("Ctrl-C during a run", () => {
  it("stops k6 gracefully, saves and reports what there is: exit 130", async () => {
    await using office = await openBoxOffice({ delayMs: 5 })
    await using project = await boxOfficeProject()
    const run = start(project.folder, office.url)
    await vi.waitFor(() => expect(office.asked.length).toBeGreaterThan(50), { timeout: 20_000 })
    run.kill("SIGINT")
    const { exitCode, stdout } = await run

    expect(exitCode).toBe(130)
    expect(stdout).toContain("The run was interrupted before it was done.")
    expect(stdout).toMatch(/shows\s+\d+/)
    expect(await commandLines(project.folder)).toEqual([])
    const report = await loadctl(["report"], { cwd: project.folder })
    expect(report.stdout).toBe(stdout)
  })

  it("ends at once at the second one and leaves nothing running", async () => {
    await using office = await openBoxOffice({ delayMs: 5 })
    await using project = await boxOfficeProject()
    const run = start(project.folder, office.url, "stuck")
    await vi.waitFor(() => expect(office.asked.length).toBeGreaterThan(50), { timeout: 20_000 })
    run.kill("SIGINT")
    // Now k6 is in its teardown, which takes a minute.
    await vi.waitFor(() => expect(office.asked).toContain("/closing"), { timeout: 20_000 })
    run.kill("SIGTERM")
    const { exitCode } = await run
    expect(exitCode).toBe(130)
    expect(await commandLines(project.folder)).toEqual([])
  })

  it("takes k6 down with it even when it is killed itself, and the report says that it broke off", async () => {
    await using office = await openBoxOffice({ delayMs: 5 })
    await using project = await boxOfficeProject()
    const run = start(project.folder, office.url)
    await vi.waitFor(() => expect(office.asked.length).toBeGreaterThan(50), { timeout: 20_000 })
    run.kill("SIGKILL")
    await run
    await expect.poll(() => commandLines(project.folder)).toEqual([])
    const report = await loadctl(["report"], { cwd: project.folder })
    expect(report.stdout).toMatch(/^INVALID/m)
    expect(report.stdout).toContain("The run broke off before it was judged.")
  })
})

describe("Ctrl-C before a run", () => {
  it.each(["run --scenario waiting", "check", "doctor"])(
    "%s waits no longer for a target that does not answer: exit 130",
    async (command) => {
      const asked = new EventEmitter()
      const unresponsive = createServer(() => asked.emit("request"))
      unresponsive.listen(0, "127.0.0.1")
      await once(unresponsive, "listening")
      using _ = { [Symbol.dispose]: () => unresponsive.close().closeAllConnections() }
      await using project = await boxOfficeProject()
      const address = unresponsive.address()
      if (address === null || typeof address === "string") throw new Error("no port")
      const env = { LOADCTL_TARGET: `http://127.0.0.1:${address.port}` }
      const running = loadctl(command.split(" "), { cwd: project.folder, env })
      await once(asked, "request")
      running.kill("SIGINT")
      const { exitCode, stdout, stderr } = await running
      expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 130, stdout: "" })
      expect(stderr).toMatch(/Interrupted\.$/)
    },
  )
})

function start(folder: string, target: string, scenario = "waiting") {
  const flags = ["--target", target, "--influx", inject("influxUrl")]
  return loadctl(["run", "--scenario", scenario, ...flags], { cwd: folder })
}

/** The command lines of live processes that mention the folder: a k6 of ours does. */
async function commandLines(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")))
  return lines.filter((line) => line.includes(folder))
}
