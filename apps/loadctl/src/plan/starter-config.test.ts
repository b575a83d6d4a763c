import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { onTestFinished, expect, it } from "vitest"

import { loadConfig } from "../config.ts"
import { STARTER_CONFIG } from "./starter-config.ts"

function load(text: string) {
  const folder = mkdtempSync(join(tmpdir(), "loadctl-config-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "loadctl.yaml")
  writeFileSync(file, text)
  return loadConfig(file, []).config
}

it("is a valid configuration as it is", () => {
  expect(Object.keys(load(STARTER_CONFIG).scenarios)).toEqual(["checkout"])
})

it("stays valid with everything that it comments out", () => {
  const uncommented = STARTER_CONFIG.replaceAll(/^( *)# ((?:  )*(?:- \{|[a-z]+: ?\S|[a-z]+:$).*)$/gim, "$1$2")
  const config = load(uncommented)
  expect(config).toMatchObject({
    seed: { path: "/reset", take: ["userIds"] },
    audit: { path: "/audit" },
    metrics: { path: "/metrics" },
    variants: { "sold-out": {} },
    scenarios: { checkout: { judge: "hold", phases: { hold: "2m" } } },
  })
  expect(config.scenarios["checkout"]?.expect).toHaveLength(2)
  expect(config.sla.endpoints).toHaveProperty("search")
})
