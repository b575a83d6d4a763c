import { mkdtempDisposable } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"

import { execa } from "execa"
import { expect, it } from "vitest"

const SPOOL = pathToFileURL(join(import.meta.dirname, "spool.ts")).href

/** Spools a body of 100,000 bytes to disk, with no room in memory, and says what came back of it. */
const PROGRAM = `import { createSpool } from "${SPOOL}"
const spool = createSpool({ file: process.argv[1], memoryBytes: 0, diskBytes: 1e6 })
spool.put(Buffer.alloc(100_000, "x"), { requests: 1, free: () => {} })
const item = await spool.next()
const back = await item.body().then((body) => body.filter((byte) => byte === 120).length, ({ code }) => code)
await spool.close()
console.log(back)`

/** util-linux' prlimit(1) needs no rights for it. */
async function spooled(limitBytes: number): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "spool-"))
  const node = [process.execPath, "--input-type=module", "--eval", PROGRAM, join(folder.path, "spool")]
  const { stdout } = await execa("prlimit", [`--fsize=${limitBytes}`, ...node])
  return stdout
}

it("gives back what was put, or the error of the disk where only a part of it had room", async () => {
  expect(await spooled(1_000_000)).toBe("100000")
  expect(await spooled(65_536)).toBe("EFBIG")
})
