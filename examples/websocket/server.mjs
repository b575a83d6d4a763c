// Sends every text message back. The handshake and the frames are RFC 6455's, as far as short texts need them.
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import process from "node:process"

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const server = createServer((_request, response) => response.end(JSON.stringify({ room: "lobby" })))

server.on("upgrade", (request, socket) => {
  const key = createHash("sha1")
    .update(request.headers["sec-websocket-key"] + MAGIC)
    .digest("base64")
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${key}\r\n\r\n`,
  )
  socket.on("data", (frame) => {
    const opcode = frame[0] & 0x0f
    const length = frame[1] & 0x7f
    const mask = frame.subarray(2, 6)
    const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4])
    if (opcode === 8) socket.end(Buffer.from([0x88, 0]))
    else socket.write(Buffer.concat([Buffer.from([0x81, length]), text]))
  })
  socket.on("error", () => socket.destroy())
})

server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => console.log(server.address().port))
