import { readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"

import { startStack } from "@saleproof/stack/start.ts"
import type { Stack } from "@saleproof/stack/start.ts"
import { parseDashboard, readDashboard } from "./grafana/dashboard-json.ts"
import { readMetrics } from "./exposition.ts"
import type { Seen } from "./exposition.ts"
import { runSmoke } from "./k6-run.ts"
import { neededBy } from "./promql-names.ts"
import { unknownMetrics } from "./unknown-metrics.ts"

const OBSERVABILITY = join(import.meta.dirname, "../../docs/observability.md")

const json = readDashboard("shop")
const dashboard = parseDashboard(json)
let stack: Stack
let seen: Seen

beforeAll(async () => {
  const { env } = process
  stack = await startStack({ env, services: ["postgres", "redis", "api", "worker"] })
  const { url, workerMetricsUrl } = stack.urls
  await runSmoke(url)
  seen = await vi.waitFor(async () => {
    const shown = readMetrics(
      ...(await Promise.all([new URL("/metrics", url), workerMetricsUrl].map(textAt))),
    )
    if (!shown.has("saleproof_drift"))
      throw new Error("The worker has not compared Redis with PostgreSQL yet.")
    return shown
  }, 20_000)
})

afterAll(() => stack.stop())

describe("the shop dashboard, after every persona has visited the shop", () => {
  it("names only metrics, labels and values that the API and the worker show", () => {
    expect(unknownMetrics(dashboard, seen)).toEqual([])
  })

  it("shows every metric that the shop has, and each is explained", () => {
    const own = [...seen.keys()].filter((name) => name.startsWith("saleproof_"))
    const metrics = new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, "")))
    const explained = readFileSync(OBSERVABILITY, "utf8")
    expect([...metrics].filter((name) => !json.includes(name))).toEqual([])
    expect(
      [...metrics].filter((name) => !explained.includes(`\`${name.replace("saleproof_", "")}\``)),
    ).toEqual([])
    expect(metrics.size).toBeGreaterThan(25)
  })

  it.each(namesIn(json))("would be found out if %s were called something else", (name) => {
    const renamed = parseDashboard(json.replaceAll(new RegExp(`\\b${name}\\b`, "g"), `${name}_renamed`))
    expect(unknownMetrics(renamed, seen)).not.toEqual([])
  })
})

const textAt = async (url: string | URL): Promise<string> => (await fetch(url)).text()

/** Every metric and label in the expressions of a dashboard's JSON. */
function namesIn(text: string): string[] {
  const needed = parseDashboard(text).panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => neededBy(expr.replaceAll("$__rate_interval", "20s"))),
  )
  const names = needed.flatMap(({ metric, labels }) => [metric, ...labels.map(({ name }) => name)])
  // "le" is part of the format of every histogram.
  return [...new Set(names)].filter((name) => name !== "le").toSorted()
}
