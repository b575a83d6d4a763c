import { once } from "node:events"
import { createServer } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { send } from "./send.ts"

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** What comes of a delivery to an endpoint that answers with these bytes, and ends the connection where it says so. */
async function sendTo(answer: string, { ends = false } = {}) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    socket.once("data", () => (ends ? socket.end(answer) : socket.write(answer)))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  closing.push(() => server.close())
  const address = server.address()
  if (typeof address !== "object" || !address) throw new Error("no port")
  return send({
    url: `http://127.0.0.1:${address.port}/`,
    headers: {},
    body: "{}",
    reach: { loopback: true },
  })
}

describe("a delivery ends, whatever the endpoint answers", () => {
  it.each([
    {
      answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
      reason: "no response",
    },
    { answer: "HTTP/1.1 200 OK\r\nContent-Le", reason: "ECONNRESET" },
    { answer: "", reason: "ECONNRESET" },
    { answer: "hello\r\n\r\n", reason: "HPE_INVALID_CONSTANT" },
  ])("with $answer", async ({ answer, reason }) => {
    expect(await sendTo(answer, { ends: true })).toEqual({ ok: false, reason, gone: false })
  })

  it("when only its status comes", async () => {
    expect(await sendTo("HTTP/1.1 200 OK\r\n\r\n")).toEqual({ ok: true })
    expect(await sendTo("HTTP/1.1 410 Gone\r\n\r\n")).toMatchObject({ ok: false, gone: true })
  })
})
