import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import { tieToSupervisor } from "./lifeline.ts"
import type { Ports } from "./ports.ts"
import { providePrograms } from "./provide/debian.ts"
import { clusterHome, providePostgres } from "./provide/postgres.ts"
import type { Progress } from "./provide/progress.ts"
import type { Service, StackPlan, StackUrls, Unit } from "./unit.ts"
import { INFLUX_PROGRAM, influxUnit, influxUrl } from "./units/influxdb.ts"
import { databaseUrl, postgresUnits } from "./units/postgres.ts"
import { REDIS_PROGRAM, redisUnit, redisUrl } from "./units/redis.ts"
import { apiUnit, apiUrl, migrationUnit, workerMetricsUrl, workerUnit } from "./units/shop.ts"

export type PlanOptions = {
  name: string
  root: string
  dir: string
  services: readonly Service[]
  ports: Ports
  /** Port of InfluxDB's backup service, which cannot be switched off. */
  influxBackupPort: number
  migrate: boolean
  watch: boolean
  keepData: boolean
  env: NodeJS.ProcessEnv
  shopEnv: Record<string, string>
  progress: Progress
}

/** Finds or installs the programs, prepares the folders, and lays out what has to run. */
export async function planStack(options: PlanOptions): Promise<StackPlan> {
  const { name, dir, env, services, keepData } = options
  const logDir = join(dir, "logs")
  await mkdir(logDir, { recursive: true })
  const urls = urlsOf(services, options.ports)
  const [database, storage] = await Promise.all([
    services.includes("postgres") ? planDatabase(options, logDir) : { units: [], folders: [] },
    planStorage(options, logDir),
  ])
  const shop = planShop({ options, urls, logDir })
  const units = [...database.units, ...storage, ...shop].map((unit) => tieToSupervisor(unit, env))
  return { name, dir, units, urls, removeOnStop: keepData ? [] : [...database.folders, dir] }
}

function urlsOf(services: readonly Service[], ports: Ports): StackUrls {
  const url = (service: Service, of: (port: number) => string): string =>
    services.includes(service) ? of(ports[service]) : ""
  return {
    url: url("api", apiUrl),
    influxUrl: url("influxdb", influxUrl),
    databaseUrl: url("postgres", databaseUrl),
    redisUrl: url("redis", redisUrl),
    workerMetricsUrl: url("worker", workerMetricsUrl),
  }
}

async function planDatabase({ dir, ports }: PlanOptions, logDir: string) {
  const tool = await providePostgres()
  const { home, folders } = await clusterHome(dir, tool.account)
  return { units: await postgresUnits({ tool, home, port: ports.postgres, logDir }), folders }
}

async function planStorage(options: PlanOptions, logDir: string): Promise<Unit[]> {
  const { services, env, progress, dir, ports, influxBackupPort } = options
  const redis = services.includes("redis")
  const influxdb = services.includes("influxdb")
  await providePrograms([...(redis ? [REDIS_PROGRAM] : []), ...(influxdb ? [INFLUX_PROGRAM] : [])], {
    env,
    progress,
  })
  return [
    ...(redis ? [await redisUnit({ env, home: join(dir, "redis"), port: ports.redis, logDir })] : []),
    ...(influxdb
      ? [
          await influxUnit({
            env,
            home: join(dir, "influxdb"),
            port: ports.influxdb,
            influxBackupPort,
            logDir,
          }),
        ]
      : []),
  ]
}

function planShop(input: { options: PlanOptions; urls: StackUrls; logDir: string }): Unit[] {
  const { options, urls, logDir } = input
  const { root, services, ports, watch, env, shopEnv } = options
  const running = services.filter((service) => service === "postgres" || service === "redis")
  const shop = {
    root,
    logDir,
    watch,
    env: { ...definedOnly(env), DATABASE_URL: urls.databaseUrl, REDIS_URL: urls.redisUrl, ...shopEnv },
  }
  const migration = options.migrate ? [migrationUnit({ ...shop, after: running })] : []
  const after = [...running, ...migration.map((unit) => unit.name)]
  return [
    ...migration,
    ...(services.includes("api") ? [apiUnit({ ...shop, after, port: ports.api })] : []),
    ...(services.includes("worker") ? [workerUnit({ ...shop, after, port: ports.worker })] : []),
  ]
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
