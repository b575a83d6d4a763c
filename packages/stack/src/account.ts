import { constants } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { dirname } from "node:path"
import process from "node:process"

/** An account of this machine that owns nothing but what it is given. */
export type Account = { uid: number; gid: number }

/** PostgreSQL refuses root: root runs it as `postgres`, or as `nobody`. Other users run it as themselves. */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = new Map(
    (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => {
      const [name, , uid, gid] = line.split(":")
      return [name, { uid: Number(uid), gid: Number(gid) }]
    }),
  )
  return accounts.get("postgres") ?? accounts.get("nobody")
}

/** Whether the account may walk down to the folder: a clone under /root is closed to it. */
export async function canReach(folder: string, account: Account): Promise<boolean> {
  if (!(await hasExecuteBit(folder, account))) return false
  const parent = dirname(folder)
  return parent === folder || canReach(parent, account)
}

export async function canExecute(file: string, account: Account): Promise<boolean> {
  return (await hasExecuteBit(file, account)) && canReach(dirname(file), account)
}

/** To walk through a folder is what to execute is for a file. */
async function hasExecuteBit(path: string, account: Account): Promise<boolean> {
  const { mode, uid, gid } = await stat(path)
  if (uid === account.uid) return (mode & constants.S_IXUSR) !== 0
  if (gid === account.gid) return (mode & constants.S_IXGRP) !== 0
  return (mode & constants.S_IXOTH) !== 0
}
