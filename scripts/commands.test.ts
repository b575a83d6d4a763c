import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { describe, expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "..")

describe.each([
  ["bench", "bench/main.ts"],
  ["chaos", "chaos/main.ts"],
  ["fuzz", "test/fuzz/main.ts"],
  ["planted", "test/mutations/main.ts"],
  ["dev", "scripts/dev.ts"],
])("npm run %s", (name, file) => {
  const start = (...args: string[]) =>
    execa(process.execPath, [join(ROOT, file), ...args], { cwd: ROOT, reject: false })

  it("explains itself, with an example: exit 0", async () => {
    const { exitCode, stdout, stderr } = await start("--help")
    expect([exitCode, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(
      new RegExp(`^Usage: npm run ${name}.*Examples?:\n  npm run ${name}.*Exit codes: 0`, "s"),
    )
  })

  it("names a flag that it does not know, and those that it does: exit 2", async () => {
    const { exitCode, stderr } = await start("--nonsense")
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("'--nonsense'") })
    expect(stderr).toContain(`Usage: npm run ${name}`)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})
