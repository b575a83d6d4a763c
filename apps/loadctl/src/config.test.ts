import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { envOverrides, findConfig, loadConfig } from "./config.ts"

const VALID = `target: { url: "http://127.0.0.1:8080" }
script: a.js
influx: { url: "http://127.0.0.1:8086" }
scenarios: { one: {} }
`
let root: string
let file: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "loadctl-config-"))
  file = join(root, "loadctl.yaml")
})

afterEach(() => rmSync(root, { recursive: true }))

describe("loadConfig", () => {
  it("lets the environment win over the file, and flags over both", () => {
    writeFileSync(file, VALID)
    const env = envOverrides({
      LOADCTL_TARGET: "http://env:1",
      LOADCTL_INFLUX_URL: "http://env:2",
      LOADCTL_PERSONA: "",
    })
    const flags = [{ path: ["target", "url"], value: "http://flag:3", source: "--target" }]
    const { config, targetChosen } = loadConfig(file, [...env, ...flags])
    expect(config.target.url).toBe("http://flag:3")
    expect(config.influx).toMatchObject({ url: "http://env:2", database: "k6" })
    expect(targetChosen).toBe(true)
    expect(loadConfig(file, []).targetChosen).toBe(false)
  })

  it("lists every problem at once, each with its line", () => {
    writeFileSync(
      file,
      [
        "target:",
        "  url: http://127.0.0.1:8080",
        "  readdy: /",
        "sla:",
        "  each: { p95: fast }",
        "  endpoints:",
        "    order:",
        "      status: [9]",
        "scenarios:",
        "  one: {}",
        "  two:",
        "    expect:",
        "      - { title: x, metric: y }",
      ].join("\n"),
    )
    expect(() => loadConfig(file, [])).toThrow(
      [
        "The configuration has 4 problems:",
        `  ${file}:3 target.readdy: there is no such key (did you mean ready?)`,
        `  ${file}:5 sla.each.p95: expected a number, or {limit, level: fail | warn}`,
        `  ${file}:8 sla.endpoints.order.status.0: expected a number of at least 100`,
        `  ${file}:13 scenarios.two.expect.0: say what is expected: equals, min or max`,
      ].join("\n"),
    )
  })

  it("refuses what no number can keep, which would fail every run", () => {
    const rules = [
      "{ title: x, metric: y, equals: 5, min: 10 }",
      "{ title: x, metric: y, min: 5, max: 3 }",
      "{ title: x, metric: y, min: 3, max: 3 }",
    ]
    const metrics = "{ title: queue, metric: queue_length, min: 2, max: 1 }"
    const expected = rules.map((rule) => `      - ${rule}`).join("\n")
    writeFileSync(
      file,
      `${VALID.replace("{ one: {} }", `\n  one:\n    expect:\n${expected}`)}metrics: { path: /m }\nsla: { metrics: [${metrics}] }\n`,
    )
    expect(() => loadConfig(file, [])).toThrow(/has 3 problems/)
    expect(() => loadConfig(file, [])).toThrow(/expect\.0: equals stands alone/)
    expect(() => loadConfig(file, [])).toThrow(/expect\.1: min is above max/)
    expect(() => loadConfig(file, [])).toThrow(/sla\.metrics\.0: min is above max/)
  })

  it("takes no address with a password in it, and does not repeat it", () => {
    writeFileSync(file, VALID.replace("http://127.0.0.1:8080", "http://joe:hush@127.0.0.1:8080"))
    expect(() => loadConfig(file, [])).toThrow("target.url: leave the credentials out of it")
    expect(() => loadConfig(file, [])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hush") }),
    )
  })

  it("says where the YAML itself is broken", () => {
    writeFileSync(file, 'target: { url: "x"\nscenarios: {}\n')
    expect(() => loadConfig(file, [])).toThrow(/loadctl\.yaml:\d+ /)
  })

  it("wants a script for every scenario", () => {
    writeFileSync(file, VALID.replace("script: a.js\n", ""))
    expect(() => loadConfig(file, [])).toThrow(
      `${file}:3 scenarios.one: no script: give one here or at the top`,
    )
  })

  it("names the variable when that is where the bad value came from", () => {
    writeFileSync(file, VALID)
    expect(() => loadConfig(file, envOverrides({ LOADCTL_INFLUX_DATABASE: "a b" }))).toThrow(
      "  LOADCTL_INFLUX_DATABASE influx.database: use letters, digits, dot, dash and underscore only",
    )
  })
})

describe("a value that several gave", () => {
  it("is blamed on the one that won", () => {
    writeFileSync(file, VALID)
    const env = envOverrides({ LOADCTL_TARGET: "http://env:1" })
    const flag = { path: ["target", "url"], value: "ftp://flag", source: "--target" }
    expect(() => loadConfig(file, [...env, flag])).toThrow("  --target target.url: expected an http(s) URL")
  })
})

describe("findConfig", () => {
  it("looks in the folders above", () => {
    writeFileSync(file, VALID)
    const below = join(root, "a", "b")
    mkdirSync(below, { recursive: true })
    expect(findConfig(below)).toBe(file)
  })
})
