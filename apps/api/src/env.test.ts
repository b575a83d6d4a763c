import { describe, expect, it } from "vitest"
import { loadEnv } from "./env.ts"

const required = { DATABASE_URL: "postgres://u:p@db:5432/shop", REDIS_URL: "redis://cache:6379" }

const SECRET = "a secret of thirty-two characters"
const production = {
  ...required,
  NODE_ENV: "production",
  AUTH: "jwt",
  AUTH_JWT_SECRET: SECRET,
  AUTH_ISSUER: "https://login",
  AUTH_AUDIENCE: "shop",
}

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

  it("says what settings ask of each other even when others are wrong", () => {
    const load = () => loadEnv({ NODE_ENV: "production", LAB: "on", PORT: "x", AUTH_JWKS_URL: "http://keys" })
    for (const name of ["PORT", "DATABASE_URL", "LAB_TOKEN", "AUTH\n", "https"]) expect(load).toThrow(name)
  })

  it("has the lab off in production, and on only with a token", () => {
    expect(loadEnv(production).LAB).toBe("off")
    expect(() => loadEnv({ ...production, LAB: "on" })).toThrow("LAB_TOKEN")
    expect(loadEnv({ ...production, LAB: "on", LAB_TOKEN: "0123456789abcdef" }).LAB).toBe("on")
  })

  it("lets everybody act for everybody in a lab only", () => {
    expect(loadEnv(required).AUTH).toBe("none")
    expect(() => loadEnv({ ...production, AUTH: "none" })).toThrow("every client may act for every user")
    expect(() => loadEnv({ ...required, NODE_ENV: "production" })).toThrow("AUTH")
  })

  it.each([
    ["neither a secret nor keys", {}],
    ["both a secret and keys", { AUTH_JWT_SECRET: SECRET, AUTH_JWKS_URL: "https://login/keys" }],
    ["a short secret", { AUTH_JWT_SECRET: "short" }],
    ["keys from a file", { AUTH_JWKS_URL: "file:///etc/keys" }],
  ])("refuses tokens with %s", (_what, variables) => {
    expect(() => loadEnv({ ...required, AUTH: "jwt", ...variables })).toThrow("AUTH_JW")
  })

  it("accepts keys over http from loopback, and in production over https only", () => {
    const keys = (url: string) => ({ AUTH: "jwt", AUTH_JWT_SECRET: "", AUTH_JWKS_URL: url })
    expect(loadEnv({ ...required, ...keys("http://127.0.0.1:1/keys") }).AUTH).toBe("jwt")
    expect(loadEnv({ ...production, ...keys("https://login/keys") }).AUTH).toBe("jwt")
    expect(() => loadEnv({ ...production, ...keys("http://login/keys") })).toThrow("https")
  })

  it("limits the requests of a user in production, and in a lab where asked to", () => {
    expect(loadEnv(production).USER_RATE_LIMIT).toBe(100)
    expect(loadEnv({ ...production, USER_RATE_LIMIT: "0" }).USER_RATE_LIMIT).toBe(0)
    expect(loadEnv(required).USER_RATE_LIMIT).toBe(0)
    expect(loadEnv({ ...required, USER_RATE_LIMIT: "7" }).USER_RATE_LIMIT).toBe(7)
  })

  it.each(["AUTH_ISSUER", "AUTH_AUDIENCE"])("asks for %s in production", (name) => {
    expect(() => loadEnv({ ...production, [name]: "" })).toThrow(`must be set in production`)
    expect(() => loadEnv({ ...production, [name]: "" })).toThrow(name)
    expect(loadEnv({ ...required, AUTH: "jwt", AUTH_JWT_SECRET: SECRET, [name]: "" }).AUTH).toBe("jwt")
  })

  it("limits requests without a token by address, except in a lab", () => {
    expect(loadEnv(production).ADDRESS_RATE_LIMIT).toBe(100)
    expect(loadEnv({ ...production, ADDRESS_RATE_LIMIT: "0" }).ADDRESS_RATE_LIMIT).toBe(0)
    expect(loadEnv(required)).toMatchObject({ ADDRESS_RATE_LIMIT: 0, TRUSTED_PROXIES: 0 })
  })

  it("lets no other origin in by default, and takes a list of origins as browsers write them", () => {
    expect(loadEnv(required).CORS_ORIGINS).toEqual([])
    const origins = (list: string) => loadEnv({ ...required, CORS_ORIGINS: list }).CORS_ORIGINS
    expect(origins("https://a.example, http://b:81")).toEqual(["https://a.example", "http://b:81"])
    for (const wrong of ["*", "a.example", "https://a.example/", "https://A.example", "null"]) {
      expect(() => origins(wrong)).toThrow("CORS_ORIGINS")
    }
  })
})
