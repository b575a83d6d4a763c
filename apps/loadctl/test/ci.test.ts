import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import process from "node:process"

import { listen } from "@saleproof/stack/listen.ts"
import { execa } from "execa"
import { XmlDocument } from "libxml2-wasm"
import { afterAll, beforeAll, expect, inject, it } from "vitest"
import { parse } from "yaml"
import { z } from "zod"

import { makePackage } from "./support/package.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const REPOSITORY = join(import.meta.dirname, "../../..")
const CI = join(REPOSITORY, "apps/loadctl/ci")

let tarball: string
let home: string

beforeAll(async () => {
  tarball = await makePackage()
  home = await mkdtemp(join(tmpdir(), "loadctl-ci-home-"))
}, 120_000)

afterAll(() => rm(home, { recursive: true }))

/** A project on a runner: what a step's script is run with. */
async function runner() {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-ci-"))
  await cp(join(import.meta.dirname, "unrelated"), folder, { recursive: true })
  const { PATH = "", HOME = "" } = process.env
  const path = [join(home, "node_modules/.bin"), dirname(process.execPath), dirname(inject("k6Path")), PATH]
  const base = { PATH: path.join(delimiter), HOME, LOADCTL_HOME: home, LOADCTL_PACKAGE: tarball }
  const step = (command: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
    execa(command, args, { cwd: folder, env: { ...base, ...env }, extendEnv: false, reject: false })
  const read = (name: string) => readFile(join(folder, name), "utf8")
  return { folder, step, read, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

const Action = z.object({
  runs: z.object({
    using: z.literal("composite"),
    steps: z.array(z.looseObject({ run: z.string().optional() })),
  }),
})

it("the action takes other actions by the commit that they are, not by a tag that may move", async () => {
  const action = await readFile(join(REPOSITORY, "action.yml"), "utf8")
  const used = [...action.matchAll(/uses: (\S+)/g)].map(([, name]) => name)
  expect(used).toHaveLength(3)
  for (const name of used) expect(name).toMatch(/@[0-9a-f]{40}$/)
})

it(
  "the steps of the GitHub action install, run, compare with the base branch, and end with the verdict",
  { timeout: 120_000 },
  async () => {
    await using office = await openBoxOffice({ delayMs: 20 })
    await using here = await runner()
    const install = await here.step(join(CI, "install.sh"))
    expect(install).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/m) })

    const env = { GITHUB_STEP_SUMMARY: join(here.folder, "summary.md") }
    const args = ["--scenario", "visitors", "--target", office.url]
    const base = await here.step(join(CI, "run.sh"), args, env)
    expect(base).toMatchObject({ exitCode: 0 })
    expect(await here.read("loadctl-report/report.md")).not.toContain("Beside the base branch")

    const candidate = await here.step(join(CI, "run.sh"), args, env)
    expect(candidate).toMatchObject({ exitCode: 0 })
    expect(await here.read("summary.md")).toMatch(
      /PASS: visitors[\s\S]*PASS: visitors[\s\S]*Beside the base branch/,
    )
    using junit = XmlDocument.fromString(await here.read("loadctl-report/junit.xml"))
    expect(junit.get("/testsuites")).toBeTruthy()
    expect(await here.read("loadctl-report/report.html")).toContain("<!DOCTYPE html>")
    expect(await here.step(join(CI, "finish.sh"))).toMatchObject({ exitCode: 0 })

    await here.step(join(CI, "run.sh"), [
      "--scenario",
      "impatient",
      "--target",
      office.url,
      "--format",
      "json",
    ])
    expect(await here.step(join(CI, "finish.sh"))).toMatchObject({ exitCode: 4 })
  },
)

it("the GitHub action runs those scripts and no others", async () => {
  const action = Action.parse(parse(await readFile(join(REPOSITORY, "action.yml"), "utf8")))
  const scripts = action.runs.steps.flatMap(({ run }) => run?.match(/apps\/loadctl\/ci\/[\w.]+/g) ?? [])
  expect(scripts).toEqual(
    ["install.sh", "run.sh", "comment.mjs", "finish.sh"].map((name) => `apps/loadctl/ci/${name}`),
  )
})

it("comments once on a pull request, and updates that comment", async () => {
  await using here = await runner()
  const comments = [{ id: 1, body: "nice work" }]
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    let text = ""
    request.on("data", (chunk) => (text += String(chunk)))
    request.on("end", () => {
      if (request.method === "GET") return response.end(JSON.stringify(comments))
      const { body } = z.object({ body: z.string() }).parse(JSON.parse(text))
      if (request.method === "POST") comments.push({ id: 2, body })
      else comments[1] = { id: 2, body }
      return response.end("{}")
    })
  })
  await using github = await listen(server)
  const env = {
    GITHUB_API_URL: github.url,
    GITHUB_REPOSITORY: "joe/shop",
    GITHUB_TOKEN: "t",
    PULL_REQUEST: "7",
    LOADCTL_OUT: here.folder,
  }
  for (const text of ["first", "second"]) {
    await writeFile(join(here.folder, "report.md"), text)
    expect(await here.step("node", [join(CI, "comment.mjs")], env)).toMatchObject({ exitCode: 0 })
  }
  expect(comments).toEqual([
    { id: 1, body: "nice work" },
    { id: 2, body: "<!-- loadctl: default -->\nsecond" },
  ])
  expect(asked).toContain("POST /repos/joe/shop/issues/7/comments")
  expect(asked).toContain("PATCH /repos/joe/shop/issues/comments/2")
})

it(
  "the script of the GitLab job ends with the verdict and leaves a JUnit file",
  { timeout: 120_000 },
  async () => {
    await using office = await openBoxOffice({ delayMs: 20 })
    await using here = await runner()
    const Job = z.object({
      ".loadctl": z.looseObject({ script: z.array(z.string()), variables: z.record(z.string(), z.string()) }),
    })
    const { script, variables } = Job.parse(parse(await readFile(join(CI, "gitlab.yml"), "utf8")))[".loadctl"]
    const lines = ["set -e", ...script].join("\n")
    const env = { ...variables, LOADCTL_PACKAGE: tarball }
    const passed = await here.step("sh", ["-c", lines], {
      ...env,
      LOADCTL_ARGS: `--scenario visitors --target ${office.url}`,
    })
    expect(passed).toMatchObject({ exitCode: 0 })
    expect(await here.read("loadctl-report/junit.xml")).toContain("<testsuites")
    const failed = await here.step("sh", ["-c", lines], {
      ...env,
      LOADCTL_ARGS: `--scenario impatient --target ${office.url}`,
    })
    expect(failed).toMatchObject({ exitCode: 4 })
  },
)
