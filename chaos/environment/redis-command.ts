import { once } from "node:events"
import { connect } from "node:net"

/** Sends one inline command to Redis and answers its first line. */
export async function redisCommand(port: number, command: string): Promise<string> {
  const socket = connect(port, "127.0.0.1")
  socket.setTimeout(5_000, () => socket.destroy(new Error(`Redis does not answer ${command}`)))
  try {
    socket.write(`${command}\r\n`)
    const [reply] = await once(socket, "data")
    return String(reply).trim()
  } finally {
    socket.destroy()
  }
}
