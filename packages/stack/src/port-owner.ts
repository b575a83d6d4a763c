import { readdir, readFile, readlink } from "node:fs/promises"

/** Who listens on a TCP port, as `name (pid 12)`, as far as this user may know; Linux only. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port)
  if (inodes.length === 0) return undefined
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const sockets = await socketInodes(pid)
    if (sockets?.some((inode) => inodes.includes(inode)))
      return `${(await readFile(`/proc/${pid}/comm`, "utf8")).trim()} (pid ${pid})`
  }
  return undefined
}

/**
 * Whether it is that process, or a child of it, that listens on the port. Where the system does not say, it is
 * taken for granted.
 */
export async function ownsPort(pid: number, port: number): Promise<boolean> {
  const inodes = await listeningInodes(port)
  const children = await childrenOf(pid)
  if (inodes.length === 0 || !children) return true
  const sockets = await Promise.all([String(pid), ...children].map(socketInodes))
  return sockets.some((held) => held === undefined || held.some((inode) => inodes.includes(inode)))
}

async function listeningInodes(port: number): Promise<string[]> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0")
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((table) => readFile(table, "utf8").catch(() => "")),
  )
  return (
    tables
      .flatMap((table) => table.split("\n"))
      .map((line) => line.trim().split(/\s+/))
      // Local address, state 0A = LISTEN, inode: columns 1, 3 and 9 of proc(5).
      .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === "0A")
      .flatMap((fields) => fields[9] ?? [])
  )
}

/** The sockets that a process holds; undefined when this user may not know. */
async function socketInodes(pid: string): Promise<string[] | undefined> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => undefined)
  const targets = await Promise.all(
    (fds ?? []).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")),
  )
  return fds && targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [])
}

async function childrenOf(pid: number): Promise<string[] | undefined> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => undefined)
  return list?.split(" ").filter(Boolean)
}
