import { createServer } from "node:http"
import type { Socket } from "node:net"

import { listen } from "@saleproof/stack/listen.ts"
import { expect, it } from "vitest"

import { createForwarder } from "./forward.ts"
import { createSpool } from "./spool.ts"

it("sends nothing more of a body that was refused before its end, since its buffer is used again", async () => {
  const sockets: Socket[] = []
  // It answers by the head alone and reads no body.
  const influx = createServer((request, response) => {
    const isWrite = request.url?.startsWith("/write") === true
    if (isWrite) sockets.push(request.socket.pause())
    response.writeHead(isWrite ? 400 : 200).end('{"error": "partial write"}')
  })
  await using server = await listen(influx)
  const spool = createSpool({ file: "", memoryBytes: 2 ** 25, diskBytes: 0 })
  const forwarder = createForwarder({ url: server.url, database: "k6" }, spool)
  const freed = Promise.withResolvers<void>()
  spool.put(Buffer.alloc(2 ** 24, "x"), { requests: 3, free: freed.resolve })
  await freed.promise
  const [socket] = sockets
  const closed = Promise.withResolvers<void>()
  socket?.once("close", closed.resolve).resume()
  await closed.promise
  expect(socket?.bytesRead).toBeLessThan(2 ** 24)
  expect(await forwarder.finish(1_000)).toMatchObject({ refused: [{ status: 400, requests: 3 }] })
})
