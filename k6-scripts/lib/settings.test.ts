import { describe, expect, it } from "vitest"

import { parseSeed, readSettings } from "./settings.ts"
import { DEFAULT_SLA } from "./sla.ts"

describe("settings", () => {
  it("are those of a quick look at a shop on this machine when nothing is set", () => {
    const unset = { TARGET_URL: "", PERSONA: "", SCALE: "", LIMITED: "", SLA_JSON: "", SEEDED: "" }
    expect(readSettings(unset)).toEqual(readSettings({}))
    expect(readSettings({})).toMatchObject({
      targetUrl: "http://127.0.0.1:8080",
      scenario: "smoke",
      persona: "A",
      limited: false,
      scale: 1,
      sla: DEFAULT_SLA,
      seeded: undefined,
    })
  })

  it("take a URL with or without a slash at its end", () => {
    expect(readSettings({ TARGET_URL: "http://shop:8080//" }).targetUrl).toBe("http://shop:8080")
  })

  it.each([
    ["TARGET_URL", "shop:8080", "expected an http(s) URL"],
    ["LIMITED", "yes", "expected 1 or 0"],
    ["VUS", "1.5", "expected a whole number"],
    ["RATE", "0", "expected a number above 0"],
    ["PART", "1", "needs SEEDED, or each part would seed the shop anew"],
    ["SEEDED", '{"policyIds":[]}', "expected {policyIds: [1, 2, ...]}"],
  ])("refuse %s=%s", (name, value, said) => {
    expect(() => readSettings({ [name]: value })).toThrow(`Bad settings: ${name}: ${said}`)
  })

  it("take of a seed's answer what the scripts use", () => {
    expect(parseSeed({ message: "ready", policyIds: [3, 4], users: 300 })).toEqual({ policyIds: [3, 4] })
  })
})
