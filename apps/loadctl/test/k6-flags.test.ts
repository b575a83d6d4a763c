import { randomUUID } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { createServer } from "node:https"
import { join } from "node:path"

import { listen } from "@saleproof/stack/listen.ts"
import { execa } from "execa"
import { InfluxDB } from "influx"
import { XmlDocument } from "libxml2-wasm"
import { describe, expect, inject, it } from "vitest"

import { boxOfficeProject, loadctl } from "./support/loadctl.ts"
import { openBoxOffice } from "./unrelated/server.ts"

const SCRIPT = `import http from "k6/http"
export const options = { scenarios: { quick: { executor: "per-vu-iterations", vus: 2, iterations: 10 } } }
export default function () {
  http.get(__ENV.BASE_URL + "/shows?key=" + __ENV.KEY, { tags: { name: "shows " + (__ENV.REGION || "nowhere") } })
}
`

/** A project with one script of its own. */
async function project(url: string, more = "") {
  const made = await boxOfficeProject()
  await writeFile(join(made.folder, "quick.js"), SCRIPT)
  const file = `target: { url: "${url}", ready: /shows }
script: quick.js
env: { BASE_URL: "\${TARGET_URL}" }
sla: { each: { p95: 2000, minSamples: 1 }, overall: { minSamples: 1 } }
scenarios: { quick: {}, slow: { k6Scenarios: [quick], sla: { endpoints: { shows nowhere: { p95: 0.001 } } } } }
suites: { both: [quick, slow] }
${more}`
  await writeFile(join(made.folder, "loadctl.yaml"), file)
  const run = (...args: string[]) => loadctl(["run", ...args], { cwd: made.folder })
  return { ...made, run }
}

describe("k6's own flags", () => {
  it("replace the load of the script, and -e reaches it without being saved", async () => {
    await using office = await openBoxOffice()
    await using here = await project(office.url)
    const flags = [
      "--scenario",
      "quick",
      "-e",
      "REGION=eu",
      "-e",
      "KEY=hush42",
      "--vus",
      "2",
      "--iterations",
      "7",
    ]
    const { exitCode, stdout } = await here.run(...flags, "--format", "json")
    expect(exitCode).toBe(0)
    const report: unknown = JSON.parse(stdout)
    expect(report).toMatchObject({ iterations: 7, requests: 7 })
    expect(report).toHaveProperty("manifest.k6Env.BASE_URL", office.url)
    expect(report).toHaveProperty("manifest.k6Env.KEY", expect.stringMatching(/^\(hidden, #[0-9a-f]{4}\)$/))
    expect(office.asked.filter((path) => path.endsWith("key=hush42"))).toHaveLength(7)
    for (const name of ["plan.json", "manifest.json", "verdict.json", "k6-config.json"]) {
      const [runId = ""] = await readdir(join(here.folder, ".loadctl/runs"))
      expect(await readFile(join(here.folder, ".loadctl/runs", runId, name), "utf8")).not.toContain("hush42")
    }
  })

  it("write to further outputs, on which the verdict does not depend", async () => {
    await using office = await openBoxOffice()
    await using here = await project(office.url)
    const { exitCode } = await here.run(
      "--scenario",
      "quick",
      "--out",
      "json=points.json",
      "--out",
      "csv=points.csv",
    )
    expect(exitCode).toBe(0)
    expect(await readFile(join(here.folder, "points.json"), "utf8")).toContain("http_req_duration")
    expect(await readFile(join(here.folder, "points.csv"), "utf8")).toContain("http_req_duration")
  })

  it("write to an InfluxDB of the user's own, whose settings do not reach the recorder's", async () => {
    await using office = await openBoxOffice()
    await using here = await project(office.url)
    const database = `own_${randomUUID().replaceAll("-", "")}`
    const own = { K6_INFLUXDB_ADDR: inject("influxUrl"), K6_INFLUXDB_DB: database }
    const env = { ...own, K6_INFLUXDB_PUSH_INTERVAL: "1m", K6_INFLUXDB_TAGS_AS_FIELDS: "name,status" }
    const args = ["run", "--scenario", "quick", "--out", "influxdb", "--format", "json"]
    const { exitCode, stdout } = await loadctl(args, { cwd: here.folder, env })
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(stdout)).toMatchObject({ requests: 20, endpoints: [{ name: "shows nowhere", n: 20 }] })
    const influx = new InfluxDB(own.K6_INFLUXDB_ADDR)
    try {
      const counted = await influx.query('SELECT count("value") FROM http_reqs', { database })
      expect(counted[0]).toMatchObject({ count: 20 })
    } finally {
      await influx.dropDatabase(database)
    }
  })

  it("name an output that k6 has: another is exit 2, and nothing is saved", async () => {
    await using office = await openBoxOffice()
    await using here = await project(office.url)
    const { exitCode, stderr } = await here.run("--scenario", "quick", "--out", "cvs=points.csv")
    expect(stderr).toContain("error: k6 has no output cvs")
    expect(stderr).toContain("influxdb, json")
    expect(exitCode).toBe(2)
    expect(await readdir(join(here.folder, ".loadctl/runs")).catch(() => [])).toEqual([])
    expect(office.asked).toEqual([])
  })

  it.each([
    [
      ["--vus", "3", "--iterations", "2"],
      "the number of iterations (2) can't be less than the number of VUs (3)",
    ],
    [["--vus", "1", "--duration", "0s"], "`duration` option should be more than 0"],
  ])("that k6 refuses are exit 2 with its reason, and nothing is saved: %s", async (flags, reason) => {
    await using office = await openBoxOffice()
    await using here = await project(office.url)
    const { exitCode, stderr } = await here.run("--scenario", "quick", ...flags)
    expect(stderr).toContain(reason)
    expect(exitCode).toBe(2)
    expect(await readdir(join(here.folder, ".loadctl/runs")).catch(() => [])).toEqual([])
    expect(office.asked).toEqual([])
  })

  it("take no credentials that everybody could read", async () => {
    await using here = await project("http://127.0.0.1:1")
    const { exitCode, stderr } = await here.run("--out", "influxdb=http://joe:hush@influx:8086/k6")
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("credentials"),
    })
  })
})

describe("several scenarios in one run", () => {
  it("end in one verdict, one JUnit document and one page", { timeout: 120_000 }, async () => {
    await using office = await openBoxOffice()
    await using here = await project(office.url)
    const junit = await here.run("--suite", "both", "--format", "junit")
    expect(junit.exitCode).toBe(4)
    using document = XmlDocument.fromString(junit.stdout)
    expect(document.get("/testsuites/@name")?.content).toBe("loadctl both")
    expect(document.find("//testcase[starts-with(@classname, 'quick.')]").length).toBeGreaterThan(0)
    expect(document.find("//testcase[starts-with(@classname, 'slow.')][failure]").length).toBeGreaterThan(0)

    const both = ["--scenario", "quick", "--scenario", "slow"]
    const json = await here.run(...both, "--format", "json")
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "saleproof.suite/1",
      verdict: "FAIL",
      runs: [{ verdict: "PASS" }, { verdict: "FAIL" }],
    })
    const html = await here.run(...both, "--format", "html")
    expect(html.stdout).toContain("quick+slow: 1 of 2 runs pass")
    const ids = [...html.stdout.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it("must be one of the file", async () => {
    await using here = await project("http://127.0.0.1:1")
    const { exitCode, stderr } = await here.run("--suite", "bth")
    expect(exitCode).toBe(2)
    expect(stderr).toContain('There is no suite "bth" (did you mean both?).')
  })
})

describe("a target with a certificate of a private authority", () => {
  it.each([
    [
      "is refused, with what would help",
      "",
      { exitCode: 3, stderr: expect.stringContaining("tls: { ca: FILE.pem }") },
    ],
    ["is trusted with tls.ca", "tls: { ca: cert.pem }", { exitCode: 0 }],
    ["is taken as it is with insecureSkipVerify", "tls: { insecureSkipVerify: true }", { exitCode: 0 }],
  ])("%s", async (_, more, ending) => {
    await using here = await project("https://localhost:1", more)
    const [key, cert] = [join(here.folder, "key.pem"), join(here.folder, "cert.pem")]
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    await execa("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      ...subject,
      "-keyout",
      key,
      "-out",
      cert,
    ])
    const options = { key: await readFile(key), cert: await readFile(cert) }
    const server = createServer(options, (_request, response) => response.end("{}"))
    await using listening = await listen(server)
    const { exitCode, stderr } = await here.run(
      "--scenario",
      "quick",
      "--target",
      `https://localhost:${listening.port}`,
    )
    expect({ exitCode, stderr }).toMatchObject(ending)
  })

  it("is not trusted by a file that holds no certificate", async () => {
    await using here = await project("https://localhost:1", "tls: { ca: loadctl.yaml }")
    expect(await here.run("--scenario", "quick")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("loadctl.yaml holds no certificate."),
    })
  })
})
