import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

it("serves the shop with a stack of its own until it is interrupted, and leaves nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-dev-"))
  await chmod(folder, 0o755)
  const dev = execa(process.execPath, [join(import.meta.dirname, "dev.ts")], {
    env: { LOADCTL_STACKS: folder },
    reject: false,
  })
  let said = ""
  dev.stderr.on("data", (text: Buffer) => (said += text.toString()))
  await expect.poll(() => said, { timeout: 25_000 }).toContain("Ctrl-C ends it.")
  const url = /API (\S+)/.exec(said)?.[1]
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  dev.kill("SIGINT")
  expect(await dev).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("listening") })
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true })
})
