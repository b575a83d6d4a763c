import { existsSync } from "node:fs"
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises"
import { delimiter, join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { beforeAll, expect, it } from "vitest"

import { providePrograms } from "@saleproof/stack/provide/debian.ts"
import { silently } from "@saleproof/stack/provide/progress.ts"
import { boxOfficeProject, loadctl } from "./support/loadctl.ts"

const MAIN = join(import.meta.dirname, "../src/main.ts")

beforeAll(() => providePrograms(["zsh", "fish"], { env: process.env, progress: silently }), 120_000)

/** A project with loadctl on the PATH and its completion where the shell looks for it. */
async function shellProject(shell: "zsh" | "fish") {
  const project = await boxOfficeProject()
  const [bin, functions] = [join(project.folder, "bin"), join(project.folder, "functions")]
  await mkdir(bin)
  await mkdir(functions)
  await writeFile(join(bin, "loadctl"), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`)
  await chmod(join(bin, "loadctl"), 0o755)
  const { stdout } = await loadctl(["completion", shell], { cwd: project.folder })
  await writeFile(join(functions, shell === "zsh" ? "_loadctl" : "loadctl.fish"), stdout)
  const env = { PATH: [bin, process.env["PATH"]].join(delimiter), HOME: project.folder, TERM: "xterm" }
  return { ...project, functions, options: { cwd: project.folder, env, extendEnv: false } as const }
}

// Whatever is typed, and what it is after the key for completion.
const COMPLETED = [
  ["loadctl doc", "loadctl doctor"],
  ["loadctl run --scen", "loadctl run --scenario"],
  ["loadctl run --scenario forg", "loadctl run --scenario forgetful"],
  ["loadctl report --format ju", "loadctl report --format junit"],
] as const

it("completes commands, flags, scenarios and choices in a real fish", async () => {
  await using project = await shellProject("fish")
  for (const [typed, whole] of COMPLETED) {
    const line = `source functions/loadctl.fish; complete -C '${typed}'`
    const { stdout } = await execa("fish", ["--no-config", "-c", line], project.options)
    const words = stdout.split("\n").map((found) => found.split("\t")[0])
    expect({ typed, words }).toEqual({ typed, words: [whole.split(" ").at(-1)] })
  }
}, 90_000)

// A shell asks loadctl for the scenarios, which takes its time on a busy machine.
const SOON = { timeout: 25_000 }

const ZSH_SETUP = `unsetopt beep
fpath=("$PWD/functions" $fpath)
autoload -Uz compinit && compinit -u -D
write-line() { print -r -- "$BUFFER" >> lines; BUFFER=""; }
zle -N write-line
bindkey '^X' write-line
bindkey '^I' complete-word
: > ready
`

it("completes commands, flags, scenarios and choices in a real zsh, from its first key on", async () => {
  await using project = await shellProject("zsh")
  await writeFile(join(project.folder, "setup.zsh"), ZSH_SETUP)
  const shell = execa("script", ["-qefc", "zsh -f -i", "/dev/null"], { ...project.options, reject: false })
  const lines = async (): Promise<string[]> => {
    const file = join(project.folder, "lines")
    return existsSync(file) ? (await readFile(file, "utf8")).trim().split("\n") : []
  }
  shell.stdin.write("source ./setup.zsh\r")
  await expect.poll(() => existsSync(join(project.folder, "ready")), SOON).toBe(true)
  for (const [index, [typed]] of COMPLETED.entries()) {
    shell.stdin.write(`${typed}\t\u0018`)
    await expect.poll(async () => (await lines()).length, SOON).toBe(index + 1)
  }
  shell.stdin.write("exit\r")
  await shell
  expect((await lines()).map((line) => line.trim())).toEqual(COMPLETED.map(([, whole]) => whole))
}, 90_000)
