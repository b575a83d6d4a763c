import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { expect, it } from "vitest"
import { stringify } from "yaml"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"
import { openPrometheus } from "./support/prometheus.ts"

const SCRIPT = `import http from "k6/http"
import { sleep } from "k6"
export const options = { vus: 2, duration: "3s" }
export default function order() {
  http.get(__ENV.BASE_URL + "/order", { tags: { name: "order" } })
  sleep(0.05)
}
`

const Report = z.looseObject({
  verdict: z.string(),
  reasons: z.array(z.string()),
  warnings: z.array(z.string()),
  metrics: z.array(z.looseObject({ title: z.string(), outcome: z.string(), actual: z.number().nullable() })),
})

/**
 * Counts its orders, refuses every fourth, and has seven of them in its queue. It lost one before the load; where it
 * restarts in the middle of it, it loses one after that too.
 */
async function openShop({ restarts = false } = {}) {
  let orders = 0
  const page = () => `process_start_time_seconds ${restarts && orders > 10 ? 2_000 : 1_000}
orders_lost_total 1
refunds_lost_total 0
# TYPE orders_total counter
orders_total{result="placed"} ${orders - Math.floor(orders / 4)}
orders_total{result="refused"} ${Math.floor(orders / 4)}
queue_length{queue="mail"} 3
queue_length{queue="orders"} 4
`
  const server = createServer((request, response) => {
    if (request.url === "/order") orders += 1
    response.end(request.url === "/metrics" ? page() : "{}")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return {
    url: `http://127.0.0.1:${address.port}`,
    orders: () => orders,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function projectOf(target: string, more: object, metrics: object[]) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-metrics-"))
  await writeFile(join(folder, "order.js"), SCRIPT)
  const config = {
    target: { url: target },
    script: "order.js",
    env: { BASE_URL: "${TARGET_URL}" },
    sla: { overall: { p95: 5_000 }, metrics },
    scenarios: { order: { k6Scenarios: ["default"] } },
    ...more,
  }
  await writeFile(join(folder, "loadctl.yaml"), stringify(config))
  const report = async () => {
    const { stdout, stderr } = await loadctl(["run", "--scenario", "order", "--format", "json"], {
      cwd: folder,
    })
    if (stdout === "") throw new Error(stderr)
    return Report.parse(JSON.parse(stdout))
  }
  return { folder, report, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

const SAMPLED = { metrics: { path: "/metrics" } }

it("judges the target's metrics as it shows them: a broken rule fails, one that warns does not", async () => {
  await using shop = await openShop()
  await using project = await projectOf(shop.url, SAMPLED, [
    { title: "orders are placed", metric: 'orders_total{result="placed"}', as: "increase", min: 1 },
    { title: "nothing waits for mail", metric: 'queue_length{queue="mail"}', max: 2, level: "warn" },
    { title: "queues are short", metric: "queue_length", max: 6 },
  ])
  const report = await project.report()

  expect(report.reasons).toEqual(["queues are short: it was 7, at most 6 is allowed."])
  expect(report.warnings).toContain("nothing waits for mail: it was 3, at most 2 is allowed.")
  const [placed] = report.metrics
  expect(placed).toMatchObject({ outcome: "pass", actual: shop.orders() - Math.floor(shop.orders() / 4) })
  expect(report.verdict).toBe("FAIL")
})

it("cannot judge a metric that the target does not show, and says what it shows", async () => {
  await using shop = await openShop()
  await using project = await projectOf(shop.url, SAMPLED, [
    { title: "few orders wait", metric: "queue_lenght", max: 6 },
    { title: "no order fails", metric: 'orders_total{result="failed"}', as: "increase", max: 0 },
  ])
  const { verdict, reasons } = await project.report()

  expect(verdict).toBe("INVALID")
  expect(reasons).toEqual([
    expect.stringMatching(
      /^Not measured: few orders wait: no metric is named queue_lenght\. Did you mean queue_length\?/,
    ),
    expect.stringContaining('orders_total{result="failed"} has no series.'),
  ])
  expect(reasons[1]).toContain('{result="placed"}, {result="refused"}')
})

it("counts what a target lost after a restart, though its counter stands where it stood", async () => {
  await using shop = await openShop({ restarts: true })
  await using project = await projectOf(shop.url, SAMPLED, [
    { title: "no order is lost", metric: "orders_lost_total", as: "increase", max: 0 },
    { title: "no refund is lost", metric: "refunds_lost_total", as: "increase", max: 0 },
  ])
  const { verdict, reasons } = await project.report()

  expect(verdict).toBe("FAIL")
  expect(reasons).toEqual([
    "no order is lost: it was 1, at most 0 is allowed.",
    "Not measured: no refund is lost: it was counted from zero again during the load, so its growth is not all known.",
  ])
})

it("asks a Prometheus by PromQL, and judges the worst of several series", { timeout: 90_000 }, async () => {
  await using shop = await openShop()
  await using prometheus = await openPrometheus(shop.url)
  const asked = { prometheus: { url: prometheus.url, settle: "2s" } }
  await using project = await projectOf(shop.url, asked, [
    { title: "orders arrive", query: "sum(rate(orders_total[5s]))", over: "last", min: 0.1 },
    { title: "queues are short", query: "queue_length", max: 3 },
    { title: "nothing is returned", query: "sum(increase(orders_returned_total[10s]))", max: 0 },
    { title: "it parses", query: "sum(", max: 0 },
  ])
  const report = await project.report()

  expect(report.verdict).toBe("FAIL")
  expect(report.reasons).toEqual([
    expect.stringMatching(
      /^queues are short: it was 4 \(queue_length\{.*queue="orders".*\}\), at most 3 is allowed\.$/,
    ),
    expect.stringContaining(
      "Not measured: nothing is returned: Prometheus knows no metric orders_returned_total.",
    ),
    expect.stringMatching(/Not measured: it parses: Prometheus refused the query: .*parse error/),
  ])
  expect(report.metrics[0]).toMatchObject({ outcome: "pass" })
})

it("cannot judge by a Prometheus that does not answer", async () => {
  await using shop = await openShop()
  const gone = { prometheus: { url: "http://127.0.0.1:9" } }
  await using project = await projectOf(shop.url, gone, [{ title: "queues", query: "queue_length", max: 9 }])
  const { verdict, reasons } = await project.report()

  expect(verdict).toBe("INVALID")
  expect(reasons).toEqual([expect.stringContaining("Prometheus at http://127.0.0.1:9 did not answer")])
})

it("wants to know from where, before anything runs", async () => {
  await using project = await projectOf("http://127.0.0.1:9", {}, [{ title: "a", query: "up", max: 1 }])
  const { exitCode, stderr } = await loadctl(["run", "--scenario", "order"], { cwd: project.folder })
  expect(exitCode).toBe(2)
  expect(stderr).toContain("sla.metrics.0: a query needs prometheus: {url}")
})
