import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { describe, expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "..")

describe.each([
  ["planted", "test/mutations/main.ts"],
  ["dev", "scripts/dev.ts"],
])("npm run %s", (name, file) => {
  const start = (...args: string[]) =>
    execa(process.execPath, [join(ROOT, file), ...args], { cwd: ROOT, reject: false })

  it("explains itself: exit 0", async () => {
    const usage = expect.stringMatching(`^Usage: npm run ${name}`)
    expect(await start("--help")).toMatchObject({ exitCode: 0, stdout: usage, stderr: "" })
  })

  it("names a flag that it does not know, and those that it does: exit 2", async () => {
    const { exitCode, stderr } = await start("--nonsense")
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("'--nonsense'") })
    expect(stderr).toContain(`Usage: npm run ${name}`)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})
