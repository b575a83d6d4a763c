import { existsSync } from "node:fs"
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { execa } from "execa"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { loadctl } from "./support/loadctl.ts"
import { openPythonApi } from "./support/package.ts"

const SCRIPT = join(import.meta.dirname, "python-api/load-test.js")

let api: Awaited<ReturnType<typeof openPythonApi>>

beforeAll(async () => {
  api = await openPythonApi()
})

afterAll(() => api[Symbol.asyncDispose]())

async function folderWith(files: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-first-"))
  await cp(SCRIPT, join(folder, "load-test.js"))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const run = (...args: string[]) => loadctl(args, { cwd: folder })
  const read = (name: string) => readFile(join(folder, name), "utf8")
  return { folder, run, read, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

const init = ["init", "--script", "load-test.js", "--url"]

describe("loadctl init", () => {
  it("says what it needs where nobody can be asked", async () => {
    await using here = await folderWith()
    expect(await here.run("init")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("init needs --url"),
    })
  })

  it("leaves a file that is there, and recommends nothing that would not", async () => {
    await using here = await folderWith({ "loadctl.yaml": "precious" })
    const { exitCode, stderr } = await here.run(...init, api.url)
    expect(exitCode).toBe(2)
    expect(stderr).not.toMatch(/force|overwrite|writes over/)
    expect(await here.read("loadctl.yaml")).toBe("precious")
  })

  it("adds to a .gitignore what it lacks, once", async () => {
    await using here = await folderWith({ ".gitignore": "node_modules" })
    expect(await here.run(...init, api.url)).toMatchObject({ exitCode: 0 })
    expect(await here.read(".gitignore")).toBe("node_modules\n.loadctl/\n")
    await rm(join(here.folder, "loadctl.yaml"))
    expect(await here.run(...init, api.url)).toMatchObject({ exitCode: 0 })
    expect(await here.read(".gitignore")).toBe("node_modules\n.loadctl/\n")
  })

  it("writes nothing for a script that k6 cannot read, and shows k6's words", async () => {
    await using here = await folderWith({ "load-test.js": "import http from" })
    const { exitCode, stderr } = await here.run(...init, api.url)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/k6 cannot read .*load-test\.js:\n.*Line 1:17 Unexpected end of input/s)
    expect(existsSync(join(here.folder, "loadctl.yaml"))).toBe(false)
  })

  it("refuses what k6 would refuse to run, and takes the variables that the script cannot be read without", async () => {
    const needy = 'if (!__ENV.TOKEN) throw new Error("no TOKEN"); export default () => {}'
    await using here = await folderWith({ "nothing.js": "export function x() {}", "needy.js": needy })
    const initOf = (script: string, ...more: string[]) =>
      here.run("init", "--url", api.url, "--script", script, ...more)
    expect(await initOf("nothing.js")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("function 'default' not found in exports"),
    })
    expect(await initOf("needy.js")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no TOKEN[^]*-e KEY=VALUE/),
    })
    expect(await initOf("needy.js", "-e", "TOKEN=hush")).toMatchObject({ exitCode: 0 })
    expect(await here.read("loadctl.yaml")).not.toContain("hush")
    expect(await here.run("check")).toMatchObject({
      exitCode: 2,
      stdout: expect.stringMatching(
        /^MISSING +Scenario +default: k6 cannot read the script: Error: no TOKEN/m,
      ),
    })
    expect(await here.run("check", "-e", "TOKEN=hush")).toMatchObject({ exitCode: 0 })
  })

  it("names the one scenario that k6 makes of a script without any", async () => {
    await using here = await folderWith({
      "load-test.js": "export const options = { vus: 1, iterations: 1 }; export default () => {}",
    })
    expect((await here.run(...init, api.url)).stdout).toContain("scenarios  default")
    expect((await here.run("list", "--names")).stdout).toBe("default")
  })
})

describe("loadctl check", () => {
  it("finds a file of init in order, and tries it", async () => {
    await using here = await folderWith()
    await here.run(...init, api.url)
    const { exitCode, stdout } = await here.run("check", "--try")
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ok +Scenario +readers$/m)
    expect(stdout).toMatch(/^✓ +titles +GET +200 .*\n✓ +order +POST +201 /m)
    expect((await readdir(here.folder)).toSorted()).toEqual([
      ".gitignore",
      ".loadctl",
      "load-test.js",
      "loadctl.yaml",
    ])
  })

  it("tries a request by what the SLA counts as a success, whatever the script tells k6", async () => {
    const script = `import http from "k6/http"
http.setResponseCallback(null)
export default () => http.get(__ENV.BASE_URL + "/nowhere", { tags: { name: "missing" } })`
    const config = (sla: string) =>
      `target: { url: "${api.url}" }\nscript: load-test.js\nenv: { BASE_URL: "\${TARGET_URL}" }\nsla: ${sla}\nscenarios: { default: {} }\n`
    await using here = await folderWith({ "load-test.js": script, "loadctl.yaml": config("{}") })
    const failed = await here.run("check", "--try")
    expect(failed.stdout).toMatch(/^✗ +missing +GET +404 /m)
    expect(failed.exitCode).toBe(4)
    await writeFile(
      join(here.folder, "loadctl.yaml"),
      config("{ endpoints: { missing: { status: [404] } } }"),
    )
    expect((await here.run("check", "--try")).exitCode).toBe(0)
  })

  it("says which scenario and which endpoint were perhaps meant", async () => {
    await using here = await folderWith({
      "loadctl.yaml": `target: { url: "${api.url}" }\nscript: load-test.js\nsla: { endpoints: { ordr: {} } }
scenarios: { reader: {} }\n`,
    })
    const { exitCode, stdout } = await here.run("check")
    expect(exitCode).toBe(2)
    expect(stdout).toContain("reader: the script has no scenario reader (did you mean readers?)")
    expect(stdout).toContain("ordr: no literal of the script names it (did you mean order?)")
  })

  it("finds a script in order that only the seed's answer lets k6 read", async () => {
    await using here = await folderWith({
      "load-test.js": "const { id } = JSON.parse(__ENV.SEEDED); export default () => id",
      "loadctl.yaml": `target: { url: "${api.url}" }\nscript: load-test.js\nseed: { path: /seed }\nscenarios: { default: {} }\n`,
    })
    expect(await here.run("check")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^note +Scenario +default: k6 cannot read the script before the seed:/m),
    })
  })

  it("ends with 3 when the target does not answer", async () => {
    await using here = await folderWith()
    await here.run(...init, "http://127.0.0.1:1")
    expect(await here.run("check")).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/^MISSING +Target/m),
    })
  })
})

describe("a mistake in loadctl.yaml", () => {
  it("is reported in words of the file, with what was perhaps meant", async () => {
    const text = `target:\nsla: { each: { p59: 3 }, endpoint: {} }\nscenarios: [a]\n`
    await using here = await folderWith({ "loadctl.yaml": text })
    const { stderr } = await here.run("list")
    expect(stderr).toContain("loadctl.yaml:1 target: is empty: expected keys and values below it")
    expect(stderr).toContain("loadctl.yaml:2 sla.endpoint: there is no such key (did you mean endpoints?)")
    expect(stderr).toContain('loadctl.yaml:3 scenarios: expected keys and values below it, not ["a"]')
    expect(stderr).not.toMatch(/received|Invalid input|expected (object|record|array)/)
  })

  it("is a suite of a scenario that is nearly one", async () => {
    const text = `target: { url: "${api.url}" }\nscript: a.js\nscenarios: { quick: {} }\nsuites: { night: [qick] }\n`
    await using here = await folderWith({ "loadctl.yaml": text })
    const { stderr } = await here.run("list")
    expect(stderr).toContain("suites.night.0: no such scenario in scenarios: qick (did you mean quick?)")
  })

  it("is a scenario that is nearly one", async () => {
    await using here = await folderWith()
    await here.run(...init, api.url)
    const { exitCode, stderr } = await here.run("run", "--scenario", "reader")
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There is no scenario "reader" (did you mean readers?).'),
    })
  })
})

it("prints its version", async () => {
  await using here = await folderWith()
  expect(await here.run("--version")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  })
})

it("completes commands, flags, choices and scenarios in bash", async () => {
  await using here = await folderWith()
  await here.run(...init, api.url)
  const { stdout: script } = await here.run("completion", "bash")
  const complete = async (...words: string[]) => {
    const typed = ["loadctl", ...words]
    const line = `loadctl() { echo readers; }\n${script}\nCOMP_WORDS=(${typed.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${typed.length - 1}; _loadctl; echo "\${COMPREPLY[@]}"`
    return (await execa("bash", ["-c", line], { cwd: here.folder })).stdout.split(" ")
  }
  expect(await complete("ru")).toEqual(["run", "runs"])
  expect(await complete("run", "--scen")).toEqual(["--scenario"])
  expect(await complete("run", "--scenario", "re")).toEqual(["readers"])
  expect(await complete("report", "--format", "ju")).toEqual(["junit"])
})
