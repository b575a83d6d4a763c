import { execFile } from "node:child_process"
import { chmod, mkdtemp, open, rm, statfs } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

const FILLER = "filler"
const BLOCK = Buffer.alloc(64 * 1024, 0x5a)

/** A folder for everything that a environment keeps; with a size it is a file system of its own that can be full. */
export async function makeDisk({ sizeMb }: { sizeMb: number | undefined }) {
  const dir = await mkdtemp(join(tmpdir(), "saleproof-chaos-"))
  // PostgreSQL's account has to walk through it.
  await chmod(dir, 0o711)
  if (sizeMb !== undefined) await mountOrRemove(dir, sizeMb)

  return {
    dir,
    /** Writes until nothing more fits. */
    async fill(): Promise<void> {
      const filler = await open(join(dir, FILLER), "a")
      try {
        for (;;) await filler.write(BLOCK)
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error
      } finally {
        await filler.close()
      }
    },
    free: () => rm(join(dir, FILLER), { force: true }),
    async freeMb(): Promise<number> {
      const { bavail, bsize } = await statfs(dir)
      return (bavail * bsize) / 2 ** 20
    },
    async remove(): Promise<void> {
      if (sizeMb !== undefined) await run("umount", [dir])
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export type Disk = Awaited<ReturnType<typeof makeDisk>>

/** Why this process cannot mount a file system, or undefined where it can. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  try {
    const disk = await makeDisk({ sizeMb: 1 })
    await disk.remove()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error)
  }
}

async function mountOrRemove(dir: string, sizeMb: number): Promise<void> {
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m,mode=0711`, "saleproof-chaos", dir])
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}
