import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http2"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"
import { stringify } from "yaml"
import { z } from "zod"

import { loadctl } from "./support/loadctl.ts"

const ECHO = join(import.meta.dirname, "../../../examples/websocket/server.mjs")

const Report = z.looseObject({
  verdict: z.string(),
  reasons: z.array(z.string()),
  requests: z.number(),
  endpoints: z.array(
    z.looseObject({
      name: z.string(),
      metric: z.string().optional(),
      n: z.number(),
      failed: z.number(),
      p95: z.number().nullable(),
      statuses: z.record(z.string(), z.number()),
    }),
  ),
  sources: z.looseObject({ recorder: z.looseObject({ problems: z.array(z.string()) }) }),
})

/** Answers every call by gRPC with an empty message, and those to Bad with NOT_FOUND. */
async function openGrpcServer() {
  const server = createServer()
  server.on("stream", (stream, headers) => {
    const bad = String(headers[":path"]).endsWith("/Bad")
    stream.resume().on("end", () => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true })
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": bad ? "5" : "0" }))
      stream.end(bad ? undefined : Buffer.alloc(5))
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() }
}

async function openEcho() {
  const child = execa(process.execPath, [ECHO, "0"], { reject: false })
  const [port] = z.tuple([z.instanceof(Buffer)]).parse(await once(child.stdout, "data"))
  return {
    port: Number(port.toString()),
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await child
    },
  }
}

const PROTO = `syntax = "proto3";
package shop;
message Empty {}
service Orders { rpc Good (Empty) returns (Empty) {} rpc Bad (Empty) returns (Empty) {} }
`

async function projectWith(script: string, { url, endpoints }: { url: string; endpoints: object }) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-protocols-"))
  await writeFile(join(folder, "shop.proto"), PROTO)
  await writeFile(join(folder, "test.js"), script)
  const config = {
    target: { url },
    script: "test.js",
    sla: { each: { p95: 5_000, minSamples: 1 }, endpoints },
    scenarios: { default: {} },
  }
  await writeFile(join(folder, "loadctl.yaml"), stringify(config))
  const check = () => loadctl(["check", "--try"], { cwd: folder })
  const run = async () => {
    const { stdout, stderr } = await loadctl(["run", "--format", "json"], { cwd: folder })
    if (stdout === "") throw new Error(stderr)
    return Report.parse(JSON.parse(stdout))
  }
  const page = async () => (await loadctl(["report", "--format", "html"], { cwd: folder })).stdout
  return { check, run, page, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

const calls = (port: number, method: string) => `import grpc from "k6/net/grpc"
const client = new grpc.Client()
client.load(null, "shop.proto")
export const options = { vus: 2, iterations: 20 }
export default function () {
  client.connect("127.0.0.1:${port}", { plaintext: true })
  client.invoke("shop.Orders/${method}", {}, { tags: { name: "order" } })
  client.close()
}
`

const ORDER = { order: { metric: "grpc_req_duration" } }

it("judges calls by gRPC as an endpoint, counts them as k6 does, and needs no HTTP request beside them", async () => {
  await using server = await openGrpcServer()
  await using echo = await openEcho()
  const url = `http://127.0.0.1:${echo.port}`
  await using project = await projectWith(calls(server.port, "Good"), { url, endpoints: ORDER })
  const { exitCode, stdout } = await project.check()
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
  expect(stdout).toMatch(/order +grpc_req_duration +OK/)
  const report = await project.run()

  expect(report.reasons).toEqual([])
  expect(report.verdict).toBe("PASS")
  expect(report.sources.recorder.problems).toEqual([])
  expect(report.endpoints).toEqual([
    expect.objectContaining({
      name: "order",
      metric: "grpc_req_duration",
      n: 20,
      failed: 0,
      statuses: { 0: 20 },
    }),
  ])
})

it("fails calls by gRPC whose code is not OK", async () => {
  await using server = await openGrpcServer()
  await using echo = await openEcho()
  const url = `http://127.0.0.1:${echo.port}`
  await using project = await projectWith(calls(server.port, "Bad"), { url, endpoints: ORDER })
  const report = await project.run()

  expect(report.verdict).toBe("FAIL")
  expect(report.reasons).toEqual(["order: 20 of 20 requests failed; none may."])
  expect(await project.page()).toContain("gRPC NOT_FOUND")
})

it("says that calls by gRPC were there when nobody asked for them", async () => {
  await using server = await openGrpcServer()
  await using echo = await openEcho()
  const url = `http://127.0.0.1:${echo.port}`
  await using project = await projectWith(calls(server.port, "Good"), { url, endpoints: {} })
  const report = await project.run()

  expect(report.verdict).not.toBe("PASS")
  expect(report.reasons.join("\n")).toContain("grpc_req_duration (20)")
})

const conversations = (port: number) => `import http from "k6/http"
import { WebSocket } from "k6/websockets"
export const options = { vus: 2, iterations: 20 }
export default function () {
  http.get("http://127.0.0.1:${port}/room", { tags: { name: "room" } })
  const socket = new WebSocket("ws://127.0.0.1:${port}/", null, { tags: { name: "chat" } })
  socket.onopen = () => setTimeout(() => socket.close(), 120)
}
`

it("judges how long a WebSocket was open as an endpoint, and keeps it out of everything else", async () => {
  await using echo = await openEcho()
  const url = `http://127.0.0.1:${echo.port}`
  const endpoints = { room: {}, chat: { metric: "ws_session_duration", p95: 100 } }
  await using project = await projectWith(conversations(echo.port), { url, endpoints })
  const report = await project.run()

  expect(report.verdict).toBe("FAIL")
  expect(report.reasons).toEqual([
    expect.stringMatching(/^chat: p95 was [\d,]+ ms, the limit is 100 ms \(n = 20\)\.$/),
  ])
  expect(report.requests).toBe(20)
  const chat = report.endpoints.find(({ name }) => name === "chat")
  expect(chat).toMatchObject({ n: 20, failed: 0, statuses: { 101: 20 } })
  const titles = [...(await project.page()).matchAll(/<figcaption[^>]*>\s*<b>([^<]*)/g)]
  expect(titles.map(([, title]) => title)).toEqual(
    expect.arrayContaining(["All requests", "room", "chat, ws_session_duration"]),
  )
})
