import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { describe, expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "..")

describe.each([
  ["npm run bench", "bench/main.ts"],
  ["npm run chaos", "chaos/main.ts"],
  ["npm run dashboards", "dashboards/src/main.ts"],
  ["npm run dev", "scripts/dev.ts"],
  ["npm run fuzz", "test/fuzz/main.ts"],
  ["npm run planted", "test/mutations/main.ts"],
  ["npm start", "scripts/start.ts"],
])("%s", (name, file) => {
  const start = (...args: string[]) =>
    execa(process.execPath, [join(ROOT, file), ...args], { cwd: ROOT, reject: false })

  it("explains itself, with an example: exit 0", async () => {
    const { exitCode, stdout, stderr } = await start("--help")
    expect([exitCode, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(new RegExp(`^Usage: ${name}.*Examples?:\n  .*${name}.*Exit codes: 0`, "s"))
  })

  it("names a flag that it does not know, and those that it does: exit 2", async () => {
    const { exitCode, stderr } = await start("--nonsense")
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("'--nonsense'") })
    expect(stderr).toContain(`Usage: ${name}`)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})
