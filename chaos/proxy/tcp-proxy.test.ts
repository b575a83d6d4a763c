import { once } from "node:events"
import { connect, createServer } from "node:net"
import type { Socket } from "node:net"
import { text } from "node:stream/consumers"

import { listen } from "@saleproof/stack/listen.ts"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { startTcpProxy } from "./tcp-proxy.ts"
import type { TcpProxy } from "./tcp-proxy.ts"

let proxy: TcpProxy
let received: string[]
let serverPort: number
let closeServer: () => Promise<unknown>
const clients: Socket[] = []

beforeEach(async () => {
  received = []
  const server = createServer((socket) => {
    socket.on("error", () => {})
    socket.on("data", (bytes) => {
      received.push(bytes.toString())
      socket.write(`re:${bytes.toString()}`)
    })
  })
  const listening = await listen(server)
  serverPort = listening.port
  proxy = await startTcpProxy({ targetPort: serverPort })
  closeServer = listening[Symbol.asyncDispose]
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.stop()
  await closeServer()
})

async function dial(port = proxy.port): Promise<Socket> {
  const socket = connect(port, "127.0.0.1")
  clients.push(socket)
  await once(socket, "connect")
  return socket
}

async function ask(socket: Socket, question: string): Promise<string> {
  socket.write(question)
  return String((await once(socket, "data"))[0])
}

function failureOf(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code)))
}

it("passes bytes both ways", async () => {
  expect(await ask(await dial(), "hello")).toBe("re:hello")
})

it("passes the end of one side to the other and forgets the connection", async () => {
  const socket = await dial()
  expect(await ask(socket, "hello")).toBe("re:hello")
  socket.end()
  expect(await text(socket)).toBe("")
  await expect.poll(() => proxy.connections()).toBe(0)
})

describe("latency", () => {
  it("delays replies by what was asked, in their order", async () => {
    const socket = await dial()
    proxy.latency(60)
    const startedAt = performance.now()
    socket.write("one")
    await once(socket, "data")
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59)
  })

  it("delivers what was in transit when it is restored", async () => {
    const socket = await dial()
    proxy.latency(100)
    socket.write("one")
    await expect.poll(() => received).toEqual(["one"])
    await proxy.restore()
    expect(await ask(socket, "two")).toContain("re:")
  })
})

describe("black hole", () => {
  it("lets nothing through, and delivers late what was sent into it", async () => {
    const socket = await dial()
    expect(await ask(socket, "before")).toBe("re:before")
    proxy.blackHole()
    socket.write("into the hole")
    const other = await dial()
    other.write("also")
    // By the time that three rounds went past the proxy, the two would have come through it.
    const direct = await dial(serverPort)
    for (const round of ["1", "2", "3"]) await ask(direct, round)
    expect(received).toEqual(["before", "1", "2", "3"])
    const answer = once(socket, "data")
    await proxy.restore()
    expect(String((await answer)[0])).toBe("re:into the hole")
  })

  it("closes the server's side for a client that gave up only after it is restored", async () => {
    const socket = await dial()
    expect(await ask(socket, "before")).toBe("re:before")
    proxy.blackHole()
    socket.write("unanswered")
    socket.resetAndDestroy()
    await once(socket, "close")
    expect(proxy.connections()).toBe(1)
    await proxy.restore()
    await expect.poll(() => proxy.connections()).toBe(0)
  })
})

describe("reset_peer", () => {
  it("cuts the connection instead of delivering the nth reply, once", async () => {
    const socket = await dial()
    const reset = proxy.resetPeer({ nth: 2 })
    expect(await ask(socket, "one")).toBe("re:one")
    socket.write("two")
    expect(await failureOf(socket)).toBe("ECONNRESET")
    await reset
    expect(received).toEqual(["one", "two"])
    expect(await ask(await dial(), "three")).toBe("re:three")
  })

  it("cuts on the reply that contains the bytes, and lets others pass", async () => {
    const socket = await dial()
    const bystander = await dial()
    void proxy.resetPeer({ containing: Buffer.from("re:commit"), nth: 1 })
    expect(await ask(socket, "select")).toBe("re:select")
    socket.write("commit")
    expect(await failureOf(socket)).toBe("ECONNRESET")
    expect(await ask(bystander, "select")).toBe("re:select")
  })
})

describe("down", () => {
  it("refuses and cuts while down, and listens on the same port afterwards", async () => {
    const socket = await dial()
    expect(await ask(socket, "one")).toBe("re:one")
    const cut = failureOf(socket)
    await proxy.down()
    expect(await cut).toBe("ECONNRESET")
    const refused = connect(proxy.port, "127.0.0.1")
    expect(await failureOf(refused)).toBe("ECONNREFUSED")
    await proxy.restore()
    expect(await ask(await dial(), "two")).toBe("re:two")
  })
})

it("cuts the client when the server cannot be reached", async () => {
  const server = createServer()
  const { port: targetPort } = await listen(server)
  await once(server.close(), "close")
  await using lonely = await startTcpProxy({ targetPort })
  const socket = connect(lonely.port, "127.0.0.1")
  expect(await failureOf(socket)).toBe("ECONNRESET")
})
