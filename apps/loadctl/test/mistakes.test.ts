import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { boxOfficeProject, loadctl, loadctlWithoutRights } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const VISITORS = ["run", "--scenario", "visitors"]

async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-mistake-"))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

describe("a loadctl.yaml that cannot be used is exit 2 and one sentence", () => {
  it("as a folder of that name", async () => {
    await using here = await emptyFolder()
    await mkdir(join(here.folder, "loadctl.yaml"))
    const { exitCode, stderr } = await loadctl(VISITORS, { cwd: here.folder })
    expect(stderr).toContain("loadctl.yaml cannot be read: it is a folder.")
    expect(exitCode).toBe(2)
  })

  it.each([
    ["a list", "- a\n- b\n"],
    ["nothing at all", ""],
    ["a word", "hello"],
    ["an alias without its anchor", "target: *nowhere\n"],
    ["another program's file", "version: 2\njobs: { build: {} }\n"],
    ["no text", "\u0000\u0001\u0002"],
  ])("as %s", async (_, text) => {
    await using here = await emptyFolder()
    await writeFile(join(here.folder, "loadctl.yaml"), text)
    const { exitCode, stderr } = await loadctl(VISITORS, { cwd: here.folder })
    expect(stderr).toContain("loadctl.yaml")
    expect(stderr).not.toMatch(/a bug in loadctl|\n {4}at /)
    expect(exitCode).toBe(2)
  })
})

describe("what an ordinary user may not do is exit 2 and one sentence", () => {
  it("to read loadctl.yaml", async () => {
    await using project = await boxOfficeProject()
    await chmod(join(project.folder, "loadctl.yaml"), 0o200)
    const { exitCode, stderr } = await loadctlWithoutRights(VISITORS, { cwd: project.folder })
    expect(stderr).toMatch(/^error: \S+loadctl\.yaml cannot be read: EACCES: permission denied/)
    expect(stderr).not.toMatch(/a bug in loadctl|\n {4}at /)
    expect(exitCode).toBe(2)
  })

  it("to write where init is called", async () => {
    await using project = await boxOfficeProject()
    await rm(join(project.folder, "loadctl.yaml"))
    await chmod(project.folder, 0o555)
    const args = ["init", "--url", "http://127.0.0.1:3000", "--script", "visit.js"]
    const { exitCode, stderr } = await loadctlWithoutRights(args, { cwd: project.folder })
    await chmod(project.folder, 0o755)
    expect(stderr).toMatch(/error: Nothing can be written here: EACCES: permission denied/)
    expect(stderr).not.toMatch(/a bug in loadctl|\n {4}at /)
    expect(exitCode).toBe(2)
    expect(await readdir(project.folder)).not.toContain("loadctl.yaml")
  })
})

describe("what the file system refuses", () => {
  it("is reported before anything starts: no folder for reports", async () => {
    await using project = await boxOfficeProject()
    const args = [...VISITORS, "--target", "http://127.0.0.1:1", "--report-dir", "visit.js/reports"]
    const { exitCode, stderr } = await loadctl(args, { cwd: project.folder })
    expect(stderr).toMatch(/^error: --report-dir visit\.js\/reports cannot be written: ENOTDIR/)
    expect(exitCode).toBe(2)
  })

  it("is reported before anything starts: .loadctl is a file", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    await writeFile(join(project.folder, ".loadctl"), "")
    const { exitCode, stderr } = await loadctl([...VISITORS, "--target", office.url], { cwd: project.folder })
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining("Nothing can be saved in"),
    })
    expect(office.asked).toEqual([])
  })

  it("is no bug of loadctl's: a file that was damaged after the run", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const run = await loadctl([...VISITORS, "--target", office.url], { cwd: project.folder })
    expect(run.exitCode).toBeLessThanOrEqual(5)
    const [id = ""] = await readdir(join(project.folder, ".loadctl/runs"))
    const plan = join(project.folder, ".loadctl/runs", id, "plan.json")
    await rm(plan)
    await mkdir(plan)
    const report = await loadctl(["report"], { cwd: project.folder })
    expect(report.stderr).not.toContain("a bug in loadctl")
    expect(report.exitCode).toBe(3)
    await chmod(plan, 0o755)
  })
})

describe("loadctl report --testid of what nobody can know", () => {
  it.each([
    ["an InfluxDB that is down", "http://127.0.0.1:1"],
    ["an InfluxDB that does not exist", "http://influx.invalid:8086"],
  ])("leaves nothing behind: %s", async (_, url) => {
    await using project = await boxOfficeProject()
    const args = ["report", "--testid", "nothing-1", "--scenario", "visitors", "--influx", url]
    const { exitCode, stderr } = await loadctl(args, { cwd: project.folder })
    expect(stderr).toContain(`InfluxDB at ${url}`)
    expect(exitCode).toBe(3)
    expect(await readdir(join(project.folder, ".loadctl/runs")).catch(() => [])).toEqual([])
    const latest = await loadctl(["report"], { cwd: project.folder })
    expect(latest.stderr).toContain("No run has been saved here.")
  })
})

describe("two runs at one target", () => {
  it("are one run: the second says who has it and ends with 3", async () => {
    await using office = await openBoxOffice()
    await using project = await boxOfficeProject()
    const waiting = ["run", "--scenario", "stuck", "--target", office.url]
    const first = loadctl(waiting, { cwd: project.folder })
    await expect.poll(() => office.asked.length).toBeGreaterThan(5)
    const second = await loadctl([...VISITORS, "--target", office.url.replace("127.0.0.1", "localhost")], {
      cwd: project.folder,
    })
    expect(second.stderr).toMatch(
      /is under the load of another run on this machine \(run \S+-stuck-\w+, process \d+\)/,
    )
    expect(second.exitCode).toBe(3)
    first.kill("SIGINT")
    first.kill("SIGTERM")
    await first
    const third = await loadctl([...VISITORS, "--target", office.url], { cwd: project.folder })
    expect(third.exitCode).not.toBe(3)
  })
})
