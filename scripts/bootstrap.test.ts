import { existsSync } from "node:fs"
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

import { isSatisfied } from "./bootstrap/dependencies.mjs"
import { TASKS } from "./bootstrap/tasks.mjs"

const ROOT = join(import.meta.dirname, "..")
const BOOTSTRAP = join(import.meta.dirname, "bootstrap.mjs")

function bootstrap(args: string[], options: { nodeOptions?: string[]; script?: string } = {}) {
  const { nodeOptions = [], script = BOOTSTRAP } = options
  return execa(process.execPath, [...nodeOptions, script, ...args], { reject: false })
}

async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-bootstrap-"))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

it("runs the task at once when everything is installed", async () => {
  const { exitCode, stdout, stderr } = await bootstrap(["loadctl", "--help"])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
  expect(stdout).toContain("Usage: loadctl")
})

it("passes the exit code of the task on", async () => {
  expect(await bootstrap(["loadctl", "no-such-command"])).toMatchObject({ exitCode: 2 })
})

it("lists the tasks when it does not know one", async () => {
  const { exitCode, stderr } = await bootstrap(["dance"])
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/no task "dance".*one of: demo, /s)
})

it("says which Node it needs when it finds an older one", async () => {
  const pretend = `Object.defineProperty(process.versions, "node", { value: "18.20.8" })`
  const nodeOptions = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`]
  const { exitCode, stderr } = await bootstrap(["demo"], { nodeOptions })
  expect(exitCode).toBe(3)
  expect(stderr).toMatch(/^This is Node 18\.20\.8, and the installation needs 20 or newer\.\n {2}→ /)
})

it("shows why npm could not install, and the command to repeat", async () => {
  await using clone = await temporaryFolder()
  const needed = ["scripts", "packages/stack/src"]
  for (const folder of needed) await cp(join(ROOT, folder), join(clone.folder, folder), { recursive: true })
  const manifest = { name: "clone", version: "1.0.0", dependencies: { express: "5.3.0" } }
  await writeFile(join(clone.folder, "package.json"), JSON.stringify(manifest))
  const lockfile = {
    name: "clone",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { name: "clone" } },
  }
  await writeFile(join(clone.folder, "package-lock.json"), JSON.stringify(lockfile))
  const script = join(clone.folder, "scripts/bootstrap.mjs")
  const { exitCode, stderr } = await bootstrap(["demo"], { script })
  expect(exitCode).toBe(3)
  expect(stderr).toMatch(/error: `npm ci` failed:\n.*in sync.*\n {2}→ npm ci$/s)
})

it("explains every task at once, without installing anything", async () => {
  await using clone = await temporaryFolder()
  for (const folder of ["scripts", "packages/stack/src"])
    await cp(join(ROOT, folder), join(clone.folder, folder), { recursive: true })
  const script = join(clone.folder, "scripts/bootstrap.mjs")
  for (const name of Object.keys(TASKS)) {
    const { exitCode, stdout, stderr } = await bootstrap([name, "--help"], { script })
    expect({ name, exitCode, stderr }).toEqual({ name, exitCode: 0, stderr: "" })
    expect(stdout).toMatch(/^Usage: npm (?:run |test|start)/)
  }
  expect(existsSync(join(clone.folder, "node_modules"))).toBe(false)
})

it("tells installed dependencies from outdated ones", () => {
  const wanted = {
    "": { version: "0.1.0" },
    "apps/api": { version: "0.1.0" },
    "node_modules/@saleproof/api": { link: true },
    "node_modules/express": { version: "5.3.0" },
    "node_modules/only-for-mac": { version: "1.0.0", optional: true },
  }
  const express = { "node_modules/express": { version: "5.3.0" } }
  expect(isSatisfied(wanted, express)).toBe(true)
  expect(isSatisfied(wanted, { "node_modules/express": { version: "5.2.0" } })).toBe(false)
  expect(isSatisfied(wanted, {})).toBe(false)
  expect(isSatisfied(wanted, { ...express, "node_modules/only-for-mac": { version: "0.9.0" } })).toBe(false)
})
