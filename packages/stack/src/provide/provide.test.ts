import { existsSync } from "node:fs"
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

import { expect, it } from "vitest"

import { providePrograms } from "./debian.ts"
import { pinnedVersion, provideK6 } from "./k6.ts"
import { silently } from "./progress.ts"

/** A PATH that has nothing but what a test puts there, and the folders that a shell needs. */
async function machine(programs: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-provide-"))
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }
  return {
    folder,
    env: { PATH: folder, XDG_CACHE_HOME: folder, HOME: folder },
    notes: () => readFile(join(folder, "notes"), "utf8"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

const NOTE = `echo "$DEBIAN_FRONTEND $RUNLEVEL $@" >> "$HOME/notes"`
const INSTALL_REDIS = `${NOTE}
case "$*" in *" install "*) printf '#!/bin/sh\\n' > "$PATH/redis-server"; /bin/chmod +x "$PATH/redis-server";; esac`

it("installs what is missing as a Debian package, without starting a daemon", async () => {
  await using fresh = await machine({ "apt-get": INSTALL_REDIS, influxd: "" })
  await providePrograms(["redis-server", "influxd"], { env: fresh.env, isRoot: true, progress: silently })
  expect((await fresh.notes()).trim().split("\n")).toEqual([
    expect.stringMatching(/^noninteractive 1 .* update$/),
    expect.stringMatching(/^noninteractive 1 .* install --no-install-recommends redis-server$/),
  ])
})

it("installs once when two stacks start together", async () => {
  await using fresh = await machine({ "apt-get": INSTALL_REDIS })
  const provide = () =>
    providePrograms(["redis-server"], { env: fresh.env, isRoot: true, progress: silently })
  await Promise.all([provide(), provide()])
  expect((await fresh.notes()).trim().split("\n")).toHaveLength(2)
})

it("names what is missing and the one command, where it may not install", async () => {
  await using mine = await machine({ "apt-get": NOTE })
  const provide = providePrograms(["redis-server", "influxd"], {
    env: mine.env,
    isRoot: false,
    progress: silently,
  })
  await expect(provide).rejects.toMatchObject({
    exitCode: 3,
    message: "redis-server and influxd are not installed.",
    hint: "sudo apt-get update && sudo apt-get install -y redis-server influxdb",
  })
})

it("says why the package manager failed", async () => {
  await using broken = await machine({ "apt-get": `echo "E: no network" >&2; exit 100` })
  const provide = providePrograms(["influxd"], { env: broken.env, isRoot: true, progress: silently })
  await expect(provide).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/exit code 100.*E: no network/s),
  })
})

const GO = `echo "$PWD $@" >> "$HOME/notes"
while [ "$1" != "-o" ]; do shift; done
printf '#!/bin/sh\\n' > "$2"; /bin/chmod +x "$2"`

it("builds k6 from the pinned module once, and finds it the next time", async () => {
  await using fresh = await machine({ go: GO })
  const provide = () => provideK6({ env: fresh.env, progress: silently })
  const [first, second] = await Promise.all([provide(), provide()])
  expect(await provide()).toBe(first)
  expect(second).toBe(first)
  expect(first).toBe(join(fresh.folder, "saleproof", `k6-v${await pinnedVersion()}`, "k6"))
  expect(await fresh.notes()).toMatch(
    /^\S+\/toolchain\/k6 build -mod=readonly -trimpath [^\n]* go\.k6\.io\/k6\/v2\n$/,
  )
})

it("takes the k6 of the PATH when it is of the pinned major version, and only then", async () => {
  const version = await pinnedVersion()
  await using same = await machine({
    k6: `echo "k6 v${version.split(".")[0]}.99.0 (go1, linux/amd64)"`,
    go: GO,
  })
  await using older = await machine({ k6: `echo "k6 v0.49.0 (go1, linux/amd64)"`, go: GO })
  expect(await provideK6({ env: same.env, progress: silently })).toBe(join(same.folder, "k6"))
  expect(await provideK6({ env: older.env, progress: silently })).toContain(`k6-v${version}`)
})

it("keeps no half-built k6, and says what else to do", async () => {
  await using broken = await machine({ go: `echo "go: no such host" >&2; exit 1` })
  const provide = provideK6({ env: broken.env, progress: silently })
  await expect(provide).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/could not be built: go: no such host/),
    hint: expect.stringContaining("go build"),
  })
})

it("stops building when it is interrupted", async () => {
  await using slow = await machine({ go: `: > "$HOME/started"; exec /bin/sleep 60` })
  const interruption = new AbortController()
  const provide = provideK6({ env: slow.env, progress: silently, signal: interruption.signal })
  const interruptWhenStarted = async (): Promise<void> => {
    await expect.poll(() => existsSync(join(slow.folder, "started"))).toBe(true)
    interruption.abort()
  }
  await Promise.all([expect(provide).rejects.toMatchObject({ exitCode: 130 }), interruptWhenStarted()])
})

it("looks for a program in every folder of the PATH", async () => {
  await using empty = await machine({})
  await using full = await machine({ influxd: "", "redis-server": "" })
  const env = { ...empty.env, PATH: [empty.folder, full.folder].join(delimiter) }
  const provide = providePrograms(["influxd", "redis-server"], { env, isRoot: false, progress: silently })
  await expect(provide).resolves.toBeUndefined()
})
