import { createHash } from "node:crypto"
import { lookup } from "node:dns/promises"
import { once } from "node:events"
import { rmSync } from "node:fs"
import { BlockList, connect, createServer, isIP } from "node:net"
import type { Server } from "node:net"
import { networkInterfaces } from "node:os"
import process from "node:process"

import { missingError } from "../errors.ts"
import { redactUrl } from "../machine/redact.ts"

const ASK_MS = 1_000

/**
 * Keeps a target for one run: a second one on this machine would measure the first one's load, and both would blame
 * the API. A lock is a socket that is listened on, so it ends with its process, and all users of the machine share it.
 * Throws a missing error that names who has it. Disposing gives it back.
 */
export async function lockTarget(url: string, owner: string): Promise<AsyncDisposable> {
  await using taken = new AsyncDisposableStack()
  for (const key of await placesOf(new URL(url))) {
    const server = await listen(socketName(key), owner)
    if (typeof server === "string") {
      throw missingError(
        `${redactUrl(url)} is under the load of another run on this machine${server === "" ? "" : ` (${server})`}.`,
        "Wait until it is done, or stop it: two loads at once would spoil both results.",
      )
    }
    taken.defer(() => new Promise((closed) => server.close(() => closed())))
  }
  return taken.move()
}

/** What a URL comes down to: each address that its name has, with port and base path. */
async function placesOf({ hostname, port, protocol, pathname }: URL): Promise<string[]> {
  const host = hostname.replaceAll(/^\[|\]$/g, "")
  const found = await lookup(host, { all: true }).catch(() => [{ address: host }])
  const own = ownAddresses()
  const addresses = found.map(({ address }) =>
    own.has(address) || isLoopback(address) ? "this machine" : address,
  )
  const at = port || (protocol === "https:" ? "443" : "80")
  return [...new Set(addresses)]
    .toSorted()
    .map((address) => `${address} ${at} ${pathname.replace(/\/+$/, "")}`)
}

/** All of 127.0.0.0/8, also where it is written as an IPv6 address. */
function isLoopback(address: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet("127.0.0.0", 8)
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 6 ? "ipv6" : "ipv4")
}

/** Every address of this machine: it is one target by whichever of them. */
function ownAddresses(): Set<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses)
  return new Set(["127.0.0.1", "::1", "0.0.0.0", "::", ...interfaces.map(({ address }) => address)])
}

/** Where the system has names without files, none is left behind by a process that was killed. */
function socketName(key: string): string {
  const name = `saleproof-loadctl-${createHash("sha256").update(key).digest("hex").slice(0, 24)}`
  if (process.platform === "linux") return `\0${name}`
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : `/tmp/${name}.sock`
}

/** The server that has the name now; or, as text, what that server says of itself. */
async function listen(name: string, owner: string): Promise<Server | string> {
  for (;;) {
    const server = createServer((socket) => {
      socket.on("error", () => {})
      socket.end(`${owner}, process ${process.pid}`)
    })
    server.listen(name)
    try {
      await once(server, "listening")
      server.unref()
      return server
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error
    }
    const holder = await askHolder(name)
    if (holder !== null) return holder
    // A file of a process that has ended; where names have no files, it ended just now.
    if (process.platform !== "linux") rmSync(name, { force: true })
  }
}

/** What the holder says of itself, "" where it does not in time, null where there is none. */
async function askHolder(name: string): Promise<string | null> {
  const socket = connect(name)
  socket.setTimeout(ASK_MS, () => socket.destroy())
  try {
    await once(socket, "connect")
  } catch {
    return null
  }
  let said = ""
  socket.on("data", (data: Buffer) => (said += data.toString()))
  await once(socket, "close").catch(() => {})
  return said
}
