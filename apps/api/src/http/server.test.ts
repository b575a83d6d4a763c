import process from "node:process"
import { Worker } from "node:worker_threads"
import { afterEach, expect, it } from "vitest"
import { listen } from "./server.ts"

const CROWD = 200
const AT = { host: "127.0.0.1", port: 0 }
const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

/** Opens so many connections, each with a request, while the event loop of this thread stands still. */
function crowdAt(url: string): void {
  const connected = new Int32Array(new SharedArrayBuffer(4))
  const crowd = new Worker(
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
    { eval: true, workerData: { port: Number(new URL(url).port), count: CROWD, connected } },
  )
  closing.push(() => crowd.terminate())
  for (let seen = 0; seen < CROWD; seen = Atomics.load(connected, 0)) Atomics.wait(connected, 0, seen)
}

async function turnsUntil(done: () => boolean): Promise<number> {
  let turns = 0
  for (; !done(); turns++) await new Promise((next) => setImmediate(next))
  return turns
}

it("takes in a crowd that connects at once in a few turns of the event loop", async () => {
  let heard = 0
  const server = await listen((_req, res) => void res.end(String(heard++)), { ...AT, sockets: 16 })
  closing.push(server.close)
  crowdAt(server.url)
  // Only Linux spreads connections over several sockets; elsewhere each takes a turn of its own.
  const most = process.platform === "linux" ? CROWD / 2 : 2 * CROWD
  expect(await turnsUntil(() => heard === CROWD)).toBeLessThan(most)
})

it("shares its port with nobody else", async () => {
  const server = await listen((_req, res) => void res.end(), { ...AT, sockets: 16 })
  closing.push(server.close)
  const at = { ...AT, port: Number(new URL(server.url).port) }
  await expect(listen(() => undefined, { ...at, sockets: 16 })).rejects.toMatchObject({ code: "EADDRINUSE" })
  await expect(listen(() => undefined, at)).rejects.toMatchObject({ code: "EADDRINUSE" })
})
