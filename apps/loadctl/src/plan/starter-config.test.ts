import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { onTestFinished, expect, it } from "vitest"

import { loadConfig } from "../config.ts"
import { starterConfig } from "./starter-config.ts"
import type { Starter } from "./starter-config.ts"

const STARTER: Starter = {
  url: "http://127.0.0.1:3000/api",
  script: "load/test.js",
  scenarios: ["default"],
  names: [],
  addressVariables: ["BASE_URL"],
  otherVariables: ["API_TOKEN"],
  checks: true,
  schema: ".loadctl/loadctl.schema.json",
}

function load(text: string) {
  const folder = mkdtempSync(join(tmpdir(), "loadctl-config-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "loadctl.yaml")
  writeFileSync(file, text)
  return loadConfig(file, []).config
}

it("is a valid configuration as it is", () => {
  const config = load(starterConfig(STARTER))
  expect(Object.keys(config.scenarios)).toEqual(["default"])
  expect(config).toMatchObject({
    target: { url: STARTER.url },
    script: "load/test.js",
    env: { BASE_URL: "${TARGET_URL}" },
    sla: { checks: 1 },
  })
})

it("stays valid for a script with other names than YAML's plain ones", () => {
  const names = ["GET /a, b", 'say "hi"', "yes", "1st"]
  const config = load(
    starterConfig({ ...STARTER, names, scenarios: ["on"], addressVariables: [], checks: false }),
  )
  expect(Object.keys(config.sla.endpoints ?? {})).toEqual(names)
  expect(Object.keys(config.scenarios)).toEqual(["on"])
  expect(config.sla.checks).toBeUndefined()
})

it("lists no endpoint that a scenario may not call, where the script has several", () => {
  const starter = { ...STARTER, names: ["list", "buy"], scenarios: ["browse", "checkout"] }
  const text = starterConfig(starter)
  expect(load(text).sla.endpoints).toBeUndefined()
  expect(text).toMatch(/# endpoints: .*\n  #   list: \{\}\n  #   buy: \{\}\n/)
})

it("stays valid with everything that it comments out", () => {
  const uncommented = starterConfig({ ...STARTER, checks: false }).replaceAll(
    /^( *)# ((?:  )*(?:- \{|[a-z0-9]+: ?\S|[a-z]+:$).*)$/gim,
    "$1$2",
  )
  const config = load(uncommented)
  expect(config).toMatchObject({
    seed: { path: "/reset", take: ["userIds"] },
    audit: { path: "/audit" },
    metrics: { path: "/metrics" },
    influx: { database: "k6" },
    sla: { overall: { p95: 300 }, checks: 1, endpoints: { checkout: { status: [201, 409] } } },
    variants: { "sold-out": {} },
    scenarios: { another: { judge: "hold", phases: { hold: "2m" } } },
  })
  expect(config.scenarios["another"]?.expect).toHaveLength(2)
})
