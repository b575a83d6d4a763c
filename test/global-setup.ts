import process from "node:process"

import type { TestProject } from "vitest/node"

import { provideK6 } from "@saleproof/stack/provide/k6.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { startStack } from "@saleproof/stack/start.ts"

/** One private stack for the whole run; every test makes its own database, key prefix or measurement in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process
  const progress = lineProgress((text) => void process.stderr.write(text))
  const k6Path = await provideK6({ env, progress })
  const stack = await startStack({
    env,
    progress,
    services: ["postgres", "redis", "influxdb"],
    migrate: true,
  })
  const { databaseUrl, redisUrl, influxUrl } = stack.urls
  project.provide("databaseUrl", databaseUrl)
  project.provide("redisUrl", redisUrl)
  project.provide("influxUrl", influxUrl)
  project.provide("k6Path", k6Path)
  return stack.stop
}
