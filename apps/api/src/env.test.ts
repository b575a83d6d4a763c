import { describe, expect, it } from "vitest"
import { loadEnv } from "./env.ts"

const required = { DATABASE_URL: "postgres://u:p@db:5432/shop", REDIS_URL: "redis://cache:6379" }

describe("the environment", () => {
  it("has a default for everything that is not required, and takes an empty value as unset", () => {
    expect(loadEnv({ ...required, PORT: "", LAB_TOKEN: "" })).toMatchObject({
      HOST: "127.0.0.1",
      PORT: 8080,
      LAB: "on",
      ORDER_STRATEGY: "batched",
    })
  })

  it("says everything that is wrong at once", () => {
    const load = () => loadEnv({ DATABASE_URL: "mysql://x", PORT: "70000", ORDER_STRATEGY: "fast" })
    for (const name of ["DATABASE_URL", "REDIS_URL", "PORT", "ORDER_STRATEGY"]) expect(load).toThrow(name)
  })

  it("has the lab off in production, and on only with a token", () => {
    const production = { ...required, NODE_ENV: "production" }
    expect(loadEnv(production).LAB).toBe("off")
    expect(() => loadEnv({ ...production, LAB: "on" })).toThrow("LAB_TOKEN")
    expect(loadEnv({ ...production, LAB: "on", LAB_TOKEN: "0123456789abcdef" }).LAB).toBe("on")
  })
})
