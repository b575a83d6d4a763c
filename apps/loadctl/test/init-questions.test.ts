import { existsSync } from "node:fs"
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"

import { expect, it, vi } from "vitest"

import { boxOfficeProject, loadctlOnTerminal } from "./support/loadctl.ts"

/** `loadctl init` on a terminal, in a folder that has scripts and no loadctl.yaml. */
function initOnTerminal(folder: string) {
  const init = loadctlOnTerminal(["init"], { cwd: folder })
  let shown = ""
  init.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()))
  return {
    answer: async (question: RegExp, text: string): Promise<void> => {
      await vi.waitFor(() => expect(shown).toMatch(question), { timeout: 20_000 })
      init.stdin.write(text)
    },
    done: () => init,
  }
}

async function emptyProject() {
  const project = await boxOfficeProject()
  await rm(join(project.folder, "loadctl.yaml"))
  return project
}

it("asks for the address and the script, and takes what stands in parentheses for an empty answer", async () => {
  await using project = await emptyProject()
  const init = initOnTerminal(project.folder)
  await init.answer(/Where does the API answer\? \(http:\/\/127\.0\.0\.1:3000\)/, "\r")
  await init.answer(/Which k6 script\?/, "visit.js\r")
  const { exitCode, stdout } = await init.done()

  expect(stdout).toContain("Wrote loadctl.yaml")
  expect(exitCode).toBe(0)
  const file = await readFile(join(project.folder, "loadctl.yaml"), "utf8")
  expect(file).toContain('url: "http://127.0.0.1:3000"')
  expect(file).toContain("visitors")
})

it.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("writes nothing when it is interrupted at a question by %s", async (_name, key) => {
  await using project = await emptyProject()
  const init = initOnTerminal(project.folder)
  await init.answer(/Where does the API answer/, key)
  expect(await init.done()).toMatchObject({ exitCode: 130 })
  expect(existsSync(join(project.folder, "loadctl.yaml"))).toBe(false)
})
