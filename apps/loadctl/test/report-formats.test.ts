import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"

import { XmlDocument } from "libxml2-wasm"
import { expect, inject, it } from "vitest"

import { runCli } from "../src/cli.ts"
import type { Io } from "../src/io.ts"
import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

it("shows one run as JUnit XML and as a page, from its folder alone", async () => {
  await using office = await openBoxOffice({ delayMs: 25 })
  await using project = await boxOfficeProject()
  const where = ["--target", office.url, "--influx", inject("influxUrl")]
  const run = await loadctl(["run", "--scenario", "impatient", "--format", "html", ...where], {
    cwd: project.folder,
  })

  expect(run.exitCode).toBe(4)
  expect(run.stdout).toMatch(/^<!DOCTYPE html>/)
  expect(run.stdout).toMatch(/shows: p95 was [\d.]+ ms, the limit is 5\.00 ms \(n = 60\)\./)
  expect(run.stdout).toContain("<b>Requests</b>")
  const [, runId = ""] = /<title>FAIL impatient (\S+)<\/title>/.exec(run.stdout) ?? []
  const folder = join(project.folder, ".loadctl/runs", runId)
  expect(await readFile(join(folder, "report.html"), "utf8")).toBe(`${run.stdout}\n`)
  const again = await loadctl(["report", "--format", "html"], { cwd: project.folder })
  expect(again.stdout).toBe(run.stdout)

  const junit = await loadctl(["report", "--format", "junit"], { cwd: project.folder })
  using document = XmlDocument.fromString(junit.stdout)
  const failed = document.get("//testcase[@classname='impatient.shows'][failure]/@name")?.content
  expect([junit.exitCode, failed]).toEqual([0, "p95 <= 5.00 ms"])

  const output: string[] = []
  await runCli(terminalIo(["report", "--format", "html"], project.folder, output))
  expect(output).toEqual([`.loadctl/runs/${runId}/report.html\n`])

  await rm(join(folder, "samples.bin"))
  const older = await loadctl(["report", "--format", "html"], { cwd: project.folder })
  expect(older.stdout).toContain("The requests of this run were not saved with it")
})

function terminalIo(argv: string[], cwd: string, output: string[]): Io {
  return {
    argv,
    stdout: (text) => void output.push(text),
    stderr: () => {},
    env: {},
    cwd,
    stdoutIsTTY: true,
    stderrIsTTY: true,
    stderrStream: process.stderr,
    interrupted: new AbortController().signal,
    killed: new AbortController().signal,
    setExitCode: () => {},
  }
}
