import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { boxOfficeProject, loadctl } from "./support/loadctl.ts"

let empty: string

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), "loadctl-empty-"))
})

afterAll(() => rm(empty, { recursive: true }))

describe("loadctl --help", () => {
  it("shows every command with an example, and the exit codes", async () => {
    const { exitCode, stdout, stderr } = await loadctl(["--help"], { cwd: empty })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    for (const word of ["run", "report", "runs", "list", "Examples:", "Exit codes:"])
      expect(stdout).toContain(word)
  })

  it("shows an example for every command that it lists", { timeout: 120_000 }, async () => {
    const { stdout: help } = await loadctl(["--help"], { cwd: empty })
    const commands = [...help.matchAll(/^ {2}([a-z]+) (?:\[options\]|\[|<| )/gm)].map(
      ([, name]) => name ?? "",
    )
    expect(commands).toEqual(expect.arrayContaining(["run", "ab", "capacity", "export", "doctor", "down"]))
    for (const command of [...commands, "export k8s"]) {
      const { exitCode, stdout } = await loadctl([...command.split(" "), "--help"], { cwd: empty })
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(new RegExp(`Examples?:\\n  \\$ loadctl ${command}`))
    }
  })
})

describe("a mistake of the user ends with 2, a message and no stack", () => {
  it.each([
    ["an unknown command", ["ruin"], "unknown command 'ruin'"],
    ["an unknown flag", ["run", "--scenario", "x", "--fast"], "unknown option '--fast'"],
    ["a mistyped flag", ["run", "--scenaro", "x"], "(Did you mean --scenario?)"],
    ["a mistyped command", ["rum"], "(Did you mean run?)"],
    ["a bad format", ["report", "--format", "pdf"], "Allowed choices are"],
    ["a scale of nothing", ["run", "--scenario", "x", "--scale", "0"], "Expected a factor"],
    ["a setting without a value", ["run", "--scenario", "x", "--env", "NOPE"], "Expected KEY=VALUE"],
    ["no loadctl.yaml", ["list"], "There is no loadctl.yaml here"],
    ["a named file that is not there", ["list", "--config", "other.yaml"], "There is no file other.yaml"],
  ])("%s", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await loadctl(args, { cwd: empty })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it("lists every problem of a loadctl.yaml with its line", async () => {
    const file = join(empty, "bad.yaml")
    await writeFile(file, "target:\n  url: nowhere\n  speed: 9\nscenarios:\n  a:\n    judge: most\n")
    const { exitCode, stderr } = await loadctl(["list", "--config", file], { cwd: empty })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`${file}:2 target.url: expected an http(s) URL`)
    expect(stderr).toContain(`${file}:3 target.speed: there is no such key`)
    expect(stderr).toContain(`${file}:6 scenarios.a.judge:`)
  })

  it("shows where the YAML itself is wrong", async () => {
    const file = join(empty, "broken.yaml")
    await writeFile(file, 'target:\n  url: "http://x\n')
    const { exitCode, stderr } = await loadctl(["list", "--config", file], { cwd: empty })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(new RegExp(`${file}:3 Missing closing "quote$`, "m"))
  })

  it("names the flag or variable instead of a line when the value came from there", async () => {
    await using project = await boxOfficeProject()
    const env = { LOADCTL_TARGET: "ftp://x" }
    const { exitCode, stderr } = await loadctl(["list"], { cwd: project.folder, env })
    expect(exitCode).toBe(2)
    expect(stderr).toContain("LOADCTL_TARGET target.url: expected an http(s) URL")
  })

  it("an unknown scenario, with those that there are", async () => {
    await using project = await boxOfficeProject()
    const { exitCode, stderr } = await loadctl(["run", "--scenario", "ghosts"], { cwd: project.folder })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('There is no scenario "ghosts".')
    expect(stderr).toContain("visitors, impatient, forgetful, waiting, stuck, broken, overwhelmed")
  })

  it("a run that was never saved", async () => {
    await using project = await boxOfficeProject()
    const latest = await loadctl(["report"], { cwd: project.folder })
    const escaping = await loadctl(["report", "../../etc"], { cwd: project.folder })
    expect([latest.exitCode, escaping.exitCode]).toEqual([2, 2])
    expect(escaping.stderr).toContain("There is no run ../../etc.")
  })
})

describe("a target that does not answer ends with 3", () => {
  it("and no run is saved", async () => {
    await using project = await boxOfficeProject()
    const flags = ["--target", "http://127.0.0.1:1"]
    const run = await loadctl(["run", "--scenario", "visitors", ...flags], { cwd: project.folder })
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain("The target http://127.0.0.1:1/shows does not answer")
    const runs = await loadctl(["runs"], { cwd: project.folder })
    expect(runs.stdout).toContain("No runs yet.")
  })
})

describe("what cannot be saved ends with 3 before there is any load", () => {
  it.each([
    ["run"],
    ["capacity"],
    ["ab", "--a-target", "http://127.0.0.1:1", "--b-target", "http://127.0.0.1:2"],
  ])("%s", async (...command) => {
    await using project = await boxOfficeProject()
    await writeFile(join(project.folder, ".loadctl"), "a file where a folder should be")
    const { exitCode, stderr } = await loadctl([...command, "--scenario", "visitors"], {
      cwd: project.folder,
    })
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(/^error: Nothing can be saved in .*\.loadctl.*ENOTDIR/m)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe("loadctl list", () => {
  it("names the scenarios of the file", async () => {
    await using project = await boxOfficeProject()
    const { stdout } = await loadctl(["list"], { cwd: project.folder })
    expect(stdout).toMatch(/visitors\s+four people in the queue/)
  })
})
