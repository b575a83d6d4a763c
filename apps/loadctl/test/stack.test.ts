import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { describe, expect, it } from "vitest"

import { provider } from "@saleproof/stack/provider.ts"
import type { StackProvider } from "../src/stack/provider.ts"
import { loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const MAIN = join(import.meta.dirname, "../src/main.ts")

/** A project whose file names `stack`, with modules of its own. */
async function project(stack: string | null, modules: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-stack-"))
  const named = stack === null ? "" : `, stack: ${JSON.stringify(stack)}`
  const file = `target: { url: "http://127.0.0.1:1"${named} }\nscript: visit.js\nscenarios: { default: {} }\n`
  await writeFile(join(folder, "loadctl.yaml"), file)
  await writeFile(join(folder, "visit.js"), "export default function () {}")
  for (const [name, source] of Object.entries(modules)) {
    await mkdir(join(folder, name, ".."), { recursive: true })
    await writeFile(join(folder, name), source)
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

const providing = (work: string) => `
  const nothing = async () => {}
  export const provider = { startPrivate: nothing, up: nothing, down: nothing, status: nothing,
    prerequisites: async () => [{ title: "Oracle", state: "missing", detail: "not asked" }], ${work} }`

describe("a loadctl.yaml that names no stack", () => {
  it.each(["up", "down", "status"])("leaves %s nothing to do: exit 2 with the reason", async (command) => {
    await using here = await project(null)
    const { exitCode, stdout, stderr } = await loadctl([command], { cwd: here.folder })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain(`\`loadctl ${command}\` has nothing to work on`)
    expect(stderr).toContain("target: { stack: MODULE }")
  })

  it("refuses --private, and says what --env and -e are for", async () => {
    await using here = await project(null)
    const run = await loadctl(["run", "--scenario", "default", "--private"], { cwd: here.folder })
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("names none") })
  })
})

describe("a stack of one's own", () => {
  it("is found from the folder of the file, and its urls are printed", async () => {
    const up = `up: async ({ port }) => ({ alreadyRunning: false, urls: { url: "http://127.0.0.1:" + port,
      influxUrl: "", databaseUrl: "d", redisUrl: "r", workerMetricsUrl: "" } })`
    await using here = await project("./lab/provider.mjs", { "lab/provider.mjs": providing(up) })
    const { exitCode, stdout } = await loadctl(["up", "--port", "9", "--format", "json"], {
      cwd: here.folder,
    })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      url: "http://127.0.0.1:9",
      influxUrl: "",
      databaseUrl: "d",
      redisUrl: "r",
    })
  })

  it("explains its errors through classes of its own", async () => {
    const up = `up: async () => { throw Object.assign(new Error("No Oracle."), { exitCode: 3, hint: "buy one" }) }`
    await using here = await project("./provider.mjs", { "provider.mjs": providing(up) })
    const { exitCode, stderr } = await loadctl(["up"], { cwd: here.folder })
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "error: No Oracle.\n  → buy one" })
  })

  it("names its prerequisites to doctor", async () => {
    await using here = await project("./provider.mjs", { "provider.mjs": providing("") })
    const { exitCode, stdout } = await loadctl(["doctor"], { cwd: here.folder })
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/^MISSING +Oracle +not asked$/m)
    expect(stdout).not.toContain("PostgreSQL")
  })

  it.each([
    ["is not installed", "@example/absent", {}],
    ["exports no provider", "./provider.mjs", { "provider.mjs": "export const other = 1" }],
    ["cannot be loaded: no license", "./provider.mjs", { "provider.mjs": "throw new Error('no license')" }],
  ])("that %s is a mistake in the file", async (why, name, modules) => {
    await using here = await project(name, modules)
    const { exitCode, stderr } = await loadctl(["up"], { cwd: here.folder })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`target.stack: ${name} ${why}`)
  })
})

it("takes this repository's stack for a provider", () => {
  const fitting: StackProvider = provider
  expect(Object.keys(fitting)).toEqual(["startPrivate", "up", "down", "status", "prerequisites"])
})

it("contradicts --port beside --free-ports", async () => {
  await using here = await project("./provider.mjs", { "provider.mjs": providing("") })
  const { exitCode, stderr } = await loadctl(["up", "--port", "28181", "--free-ports"], { cwd: here.folder })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("contradict") })
})

it("ends with 3 and the line that installs k6 where there is none, and builds none unasked", async () => {
  await using here = await project(null)
  const path = join(here.folder, "bin")
  await mkdir(path)
  await symlink("/usr/bin/true", join(path, "apt-get"))
  await using shop = await openBoxOffice()
  const args = ["run", "--scenario", "default", "--target", shop.url]
  const { exitCode, stderr } = await execa(process.execPath, [MAIN, ...args], {
    cwd: here.folder,
    env: { PATH: path, HOME: here.folder },
    extendEnv: false,
    reject: false,
  })
  expect(exitCode).toBe(3)
  expect(stderr).toContain("error: k6 is not installed.\n  → curl -fsSL https://dl.k6.io/key.gpg")
  expect(stderr).toContain("sudo apt-get install -y k6")
})
