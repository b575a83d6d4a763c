import { once } from "node:events"
import { connect } from "node:net"

/** Sends these bytes as they are; resolves to all that came back when the server closes the connection. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on("data", (chunk) => void chunks.push(Buffer.from(chunk)))
  // A server that has had enough may reset what it did not read.
  socket.on("error", () => undefined)
  socket.write(bytes)
  await once(socket, "close")
  return Buffer.concat(chunks).toString()
}

/** The status of a raw answer; 0 when the connection was closed without one. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)

/** A request that ends its connection, written as given, its line first. */
export const request = (line: string, headers: readonly string[] = [], body = ""): string =>
  [`${line} HTTP/1.1`, "Host: shop", "Connection: close", ...headers, "", body].join("\r\n")
