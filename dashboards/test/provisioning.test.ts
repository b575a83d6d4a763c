import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { z } from "zod"

import { parseDashboard, readDashboard } from "./grafana/dashboard-json.ts"

const ROOT = join(import.meta.dirname, "../..")
const GRAFANA_READS = "/etc/grafana/provisioning"

const Sources = z.object({
  datasources: z.array(
    z.looseObject({
      uid: z.string(),
      type: z.string(),
      url: z.url(),
      access: z.literal("proxy"),
      jsonData: z.looseObject({ timeInterval: z.string() }),
    }),
  ),
})
const Providers = z.object({ providers: z.array(z.looseObject({ options: z.object({ path: z.string() }) })) })
const Prometheus = z.looseObject({
  global: z.looseObject({ scrape_interval: z.string() }),
  scrape_configs: z.array(
    z.looseObject({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
  ),
})
const Compose = z.looseObject({
  services: z.record(z.string(), z.looseObject({ volumes: z.array(z.string()).default([]) })),
})

const read = (path: string): unknown => parse(readFileSync(join(ROOT, path), "utf8"))

const { datasources } = Sources.parse(read("dashboards/provisioning/datasources/saleproof.yaml"))
const { providers } = Providers.parse(read("dashboards/provisioning/dashboards/saleproof.yaml"))
const prometheus = Prometheus.parse(read("dashboards/prometheus.yml"))
const { services } = Compose.parse(read("docker-compose.yml"))
const mounts = new Map(
  ["grafana", "prometheus"].flatMap((name) =>
    (services[name]?.volumes ?? [])
      .filter((volume) => volume.startsWith("./"))
      .map((volume) => [volume.split(":")[1] ?? "", volume.split(":")[0] ?? ""] as const),
  ),
)

describe("the provisioning of Grafana", () => {
  it("has the data source that each dashboard starts with", () => {
    for (const name of ["load-test", "shop"]) {
      const [variable] = parseDashboard(readDashboard(name)).templating.list
      const source = datasources.find(({ type }) => type === variable?.query)
      expect(variable).toMatchObject({ name: "datasource", current: { value: source?.uid } })
    }
  })

  it("asks k6's database by POST, with an interval as short as k6's", () => {
    const influx = datasources.find(({ type }) => type === "influxdb")
    expect(influx?.jsonData).toEqual({ dbName: "k6", httpMode: "POST", timeInterval: "1s" })
  })

  it("knows how often Prometheus scrapes", () => {
    const source = datasources.find(({ type }) => type === "prometheus")
    expect(source?.jsonData.timeInterval).toBe(prometheus.global.scrape_interval)
  })

  it("names only services of the compose file", () => {
    const scraped = prometheus.scrape_configs.flatMap(({ static_configs }) =>
      static_configs.flatMap(({ targets }) => targets),
    )
    const hosts = [...scraped.map((target) => `http://${target}`), ...datasources.map(({ url }) => url)]
    expect(hosts.filter((host) => !(new URL(host).hostname in services))).toEqual([])
    expect(scraped).toEqual(["api:8080", "worker:8081"])
  })

  it("is mounted where Grafana looks for it, and the dashboards where the provider does", () => {
    expect(mounts.get(`${GRAFANA_READS}/datasources`)).toBe("./dashboards/provisioning/datasources")
    expect(mounts.get(`${GRAFANA_READS}/dashboards`)).toBe("./dashboards/provisioning/dashboards")
    for (const name of ["load-test", "shop"]) {
      expect(mounts.get(`${providers[0]?.options.path}/${name}.json`)).toBe(`./dashboards/${name}.json`)
    }
    expect([...mounts.values()].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})
