import supertest from "supertest"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { createDb } from "../src/infra/db.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { unheeded, wantsTraces } from "../src/telemetry/settings.ts"
import { startCollector } from "./support/collector.ts"
import type { ReceivedSpan } from "./support/collector.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startProcess } from "./support/processes.ts"

const database = await createDatabase()
const redis = await createTestRedis()
const db = createDb({ url: database.url, name: "test", poolMax: 2 })
afterAll(async () => {
  await db.$disconnect()
  await redis[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, PORT: "0", WORKER_METRICS_PORT: "0" }
// Longer than any test, so that what arrives was sent when the process stopped.
const NOT_BEFORE_THE_END = { OTEL_BSP_SCHEDULE_DELAY: "600000" }
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
const CALLER_SPAN = "00f067aa0ba902b7"
const ERROR = 2

function run(program: "main" | "worker", variables: Record<string, string>) {
  const started = startProcess(program, { ...environment, ...variables })
  onTestFinished(() => started[Symbol.asyncDispose]())
  return started
}

async function runApi(variables: Record<string, string>) {
  const process = run("main", variables)
  const { url } = await process.logged("listening")
  const api = supertest(String(url))
  const { productIds, policyIds } = SeedResult.parse((await api.post("/init").send({ users: 1 })).body)
  const userId = Number((await api.get("/users/id?name=u1")).body)
  await api.post(`/users/${userId}/balance`).send({ amount: 1_000_000 })
  const order = async (headers: Record<string, string> = {}) =>
    api
      .post("/orders")
      .set(headers)
      .send({ userId, items: [{ productId: productIds[0], quantity: 1 }] })
  const claim = async () => api.post(`/coupons?userId=${userId}&policyId=${policyIds[0]}`)
  return { process, api, order, claim, userId }
}

async function collector() {
  const started = await startCollector()
  onTestFinished(() => started[Symbol.asyncDispose]())
  return started
}

const called = (spans: ReceivedSpan[], name: string) => spans.filter((span) => span.name === name)

describe("traces", () => {
  it("hold an order and its commit in the caller's trace, and are sent before the process ends", async () => {
    const { url, spans, paths } = await collector()
    const shop = await runApi({ ...NOT_BEFORE_THE_END, OTEL_EXPORTER_OTLP_ENDPOINT: url })
    const headers = {
      traceparent: `00-${TRACE_ID}-${CALLER_SPAN}-01`,
      "x-request-id": "r-1",
      "x-run-id": "run-1",
    }
    expect(await shop.order(headers)).toMatchObject({ status: 201 })
    await shop.api.get("/products/999999").set(headers).expect(404)
    expect(spans).toEqual([])
    shop.process.kill("SIGTERM")
    expect(await shop.process.exited).toEqual({ code: 0, signal: null })

    expect([...paths]).toEqual(["POST /v1/traces"])
    expect(shop.process.lines().find(({ requestId }) => requestId === "r-1")).toMatchObject({
      traceId: TRACE_ID,
    })
    const [request] = called(spans, "POST /orders")
    expect(request).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: CALLER_SPAN,
      service: "saleproof-api",
      attributes: {
        "http.request.method": "POST",
        "http.route": "/orders",
        "http.response.status_code": 201,
        "saleproof.request.id": "r-1",
        "saleproof.run.id": "run-1",
      },
    })
    expect(called(spans, "commit orders")).toMatchObject([
      { traceId: TRACE_ID, parentSpanId: request?.spanId, attributes: { "saleproof.batch.size": 1 } },
    ])
    expect(called(spans, "GET /products/:id")).toMatchObject([
      {
        traceId: TRACE_ID,
        attributes: { "saleproof.problem.code": "PRODUCT_NOT_FOUND" },
        status: { code: 0 },
      },
    ])
  })

  it("link the commit of a batch with every order in it", async () => {
    const { url, spans } = await collector()
    const shop = await runApi({
      ...NOT_BEFORE_THE_END,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
    })
    const held = Promise.withResolvers<void>()
    const free = Promise.withResolvers<void>()
    const holder = db.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET balance = balance WHERE id = ${shop.userId}`
      held.resolve()
      await free.promise
    })
    await held.promise
    const shown = async (name: string) => {
      const { text } = await shop.api.get("/metrics")
      return Number(new RegExp(`^saleproof_orders_${name}\\{.*\\} (\\d+)$`, "m").exec(text)?.[1])
    }
    const orders: ReturnType<typeof shop.order>[] = []
    do {
      orders.push(shop.order())
      await expect.poll(async () => (await shown("queued")) + (await shown("committing"))).toBe(orders.length)
    } while ((await shown("queued")) === 0)
    orders.push(shop.order(), shop.order())
    await expect.poll(() => shown("queued")).toBe(3)
    free.resolve()
    await holder
    await Promise.all(orders)
    shop.process.kill("SIGTERM")
    await shop.process.exited

    const [batch] = called(spans, "commit orders").filter(({ links }) => links.length > 0)
    const requests = called(spans, "POST /orders")
    const linkedBy = requests.filter(({ links }) => links.some(({ spanId }) => spanId === batch?.spanId))
    expect(batch?.attributes["saleproof.batch.size"]).toBe(3)
    expect(requests.map(({ spanId }) => spanId)).toContain(batch?.parentSpanId)
    expect(linkedBy.map(({ spanId }) => spanId).toSorted()).toEqual(
      batch?.links.map(({ spanId }) => spanId).toSorted(),
    )
    expect(linkedBy).toHaveLength(2)
  })

  it("show a failure by its kind alone, and a job of the worker under the name that the environment gives", async () => {
    const { url, spans } = await collector()
    const variables = { ...NOT_BEFORE_THE_END, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: "till" }
    const shop = await runApi(variables)
    const worker = run("worker", variables)
    await worker.logged("working")
    expect(await shop.claim()).toMatchObject({ status: 201 })
    await expect.poll(() => db.coupon.count()).toBe(1)
    await db.$executeRaw`ALTER TABLE orders ADD CONSTRAINT refusing CHECK (user_id = 0) NOT VALID`
    expect(await shop.order()).toMatchObject({ status: 500 })
    await db.$executeRaw`ALTER TABLE orders DROP CONSTRAINT refusing`
    for (const { kill, exited } of [shop.process, worker]) {
      kill("SIGTERM")
      await exited
    }

    expect(called(spans, "drain claims")[0]).toMatchObject({ service: "till", status: { code: 0 } })
    expect(called(spans, "commit orders")).toMatchObject([
      { service: "till", attributes: { "error.type": "23514" }, status: { code: ERROR } },
    ])
    expect(called(spans, "POST /orders")).toMatchObject([{ status: { code: ERROR } }])
    expect(JSON.stringify(spans)).not.toContain("refusing")
  })

  it("change nothing when nobody takes them", async () => {
    const shop = await runApi({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      OTEL_BSP_SCHEDULE_DELAY: "1",
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    })
    expect(await shop.order()).toMatchObject({ status: 201 })
    await shop.process.logged("traces cannot be sent")
    expect(await shop.order()).toMatchObject({ status: 201 })
    shop.process.kill("SIGTERM")
    expect(await shop.process.exited).toEqual({ code: 0, signal: null })
  })
})

describe("without traces", () => {
  it("nothing of OpenTelemetry's SDK is loaded", async () => {
    const hooks = `import{registerHooks}from"node:module";registerHooks({resolve(name,context,next){
      if(/opentelemetry\\/(?!api)/.test(name))process.stderr.write(name);return next(name,context)}})`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hooks)}`
    const { url } = await collector()
    const off = await runApi({ NODE_OPTIONS })
    expect(off.process.errors()).toBe("")
    const on = await runApi({ NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT: url })
    expect(on.process.errors()).toContain("@opentelemetry/sdk-trace")
  })

  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }, true],
    [{ OTEL_TRACES_EXPORTER: "otlp" }, true],
    [{ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, false],
    [{ OTEL_TRACES_EXPORTER: "otlp", OTEL_SDK_DISABLED: "TRUE" }, false],
    [{ OTEL_TRACES_EXPORTER: "console" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
  ])("%j asks for them: %s", (variables, asked) => {
    expect(wantsTraces(variables)).toBe(asked)
  })

  it.each([
    [{}, []],
    [{ OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, []],
    [{ OTEL_TRACES_EXPORTER: "none" }, []],
    [
      { OTEL_TRACES_EXPORTER: "console,otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      [
        "OTEL_TRACES_EXPORTER: there is no console here, only otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL: http/json is sent, not grpc",
      ],
    ],
  ])("%j leaves unheeded: %j", (variables, problems) => {
    expect(unheeded(variables)).toEqual(problems)
  })
})
