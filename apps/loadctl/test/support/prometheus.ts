import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"

import { withLock } from "@saleproof/stack/lock.mjs"
import { findOnPath } from "@saleproof/stack/path.mjs"
import { freePort } from "@saleproof/stack/ports.ts"
import { cacheDir } from "@saleproof/stack/provide/cache.ts"

/** The Prometheus of the PATH, or that of Debian's package, unpacked beside the built k6 and not installed. */
async function providePrometheus(): Promise<string> {
  const { env } = process
  const onPath = findOnPath("prometheus", env)
  if (onPath !== undefined) return onPath
  const folder = join(cacheDir(env), "prometheus-debian")
  const program = join(folder, "usr", "bin", "prometheus")
  await withLock(join(cacheDir(env), "prometheus.lock"), async () => {
    if (!existsSync(program)) await unpack("prometheus", folder)
  })
  return program
}

async function unpack(name: string, target: string): Promise<void> {
  const unfinished = `${target}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    const download = () => execa("apt-get", ["-q", "download", name], { cwd: unfinished })
    // A machine that never asked for the list of packages knows none.
    await download().catch(async () => {
      await execa("apt-get", ["-q", "update"])
      await download()
    })
    const file = (await readdir(unfinished)).find((entry) => entry.endsWith(".deb"))
    if (file === undefined) throw new Error(`apt-get download left no package ${name}`)
    await execa("dpkg", ["-x", file, "."], { cwd: unfinished })
    await rm(join(unfinished, file))
    await rename(unfinished, target)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** A real Prometheus that scrapes one target every second. */
export async function openPrometheus(targetUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-prometheus-"))
  const port = await freePort()
  const config = join(folder, "prometheus.yml")
  const scrape = { job_name: "target", static_configs: [{ targets: [new URL(targetUrl).host] }] }
  const interval = { scrape_interval: "1s", scrape_timeout: "1s" }
  await writeFile(config, JSON.stringify({ global: interval, scrape_configs: [scrape] }))
  const url = `http://127.0.0.1:${port}`
  const child = execa(
    await providePrometheus(),
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { reject: false, buffer: false, stdio: "ignore" },
  )
  const [queried, end] = [`${url}/api/v1/query?query=up`, performance.now() + 20_000]
  while (!(await sees(queried))) {
    if (performance.now() > end) throw new Error("Prometheus scraped nothing")
    await new Promise((next) => setTimeout(next, 100))
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await child
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Whether the target is up by its own account. */
async function sees(url: string): Promise<boolean> {
  const text = await fetch(url).then(
    (answer) => answer.text(),
    () => "",
  )
  return text.includes('"1"]')
}
