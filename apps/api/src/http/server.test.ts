import process from "node:process"
import { Worker } from "node:worker_threads"
import { afterEach, expect, it } from "vitest"
import { listen } from "./server.ts"

const CONNECTIONS = 200
const AT = { host: "127.0.0.1", port: 0 }
const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

/** Opens this many connections, each with a request, while the event loop of this thread is blocked. */
function connectAll(url: string): void {
  const connected = new Int32Array(new SharedArrayBuffer(4))
  const clients = new Worker(
    `const { connect } = require("node:net")
     const { workerData: { port, count, connected } } = require("node:worker_threads")
     for (let n = 0; n < count; n++) {
       const socket = connect(port, "127.0.0.1", () =>
         socket.write("GET / HTTP/1.1\\r\\nHost: shop\\r\\n\\r\\n", () => {
           Atomics.add(connected, 0, 1)
           Atomics.notify(connected, 0)
         }))
       socket.on("error", () => {})
     }`,
    { eval: true, workerData: { port: Number(new URL(url).port), count: CONNECTIONS, connected } },
  )
  closing.push(() => clients.terminate())
  for (let seen = 0; seen < CONNECTIONS; seen = Atomics.load(connected, 0)) Atomics.wait(connected, 0, seen)
}

async function turnsUntil(done: () => boolean): Promise<number> {
  let turns = 0
  for (; !done(); turns++) await new Promise((next) => setImmediate(next))
  return turns
}

it("accepts many connections that arrive at once in a few turns of the event loop", async () => {
  let served = 0
  const server = await listen((_req, res) => void res.end(String(served++)), { ...AT, sockets: 16 })
  closing.push(server.close)
  connectAll(server.url)
  // Only Linux spreads connections over several sockets; elsewhere each takes a turn of its own.
  const most = process.platform === "linux" ? CONNECTIONS / 2 : 2 * CONNECTIONS
  expect(await turnsUntil(() => served === CONNECTIONS)).toBeLessThan(most)
})

it("shares its port with nobody else", async () => {
  const server = await listen((_req, res) => void res.end(), { ...AT, sockets: 16 })
  closing.push(server.close)
  const at = { ...AT, port: Number(new URL(server.url).port) }
  await expect(listen(() => undefined, { ...at, sockets: 16 })).rejects.toMatchObject({ code: "EADDRINUSE" })
  await expect(listen(() => undefined, at)).rejects.toMatchObject({ code: "EADDRINUSE" })
})
