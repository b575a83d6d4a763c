import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import { endedWithParent } from "./parent-death.mjs"
import type { Ports } from "./ports.ts"
import { providePrograms } from "./provide/debian.ts"
import { clusterHome, providePostgres } from "./provide/postgres.ts"
import type { PostgresTool } from "./provide/postgres.ts"
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
  databaseSettings?: Record<string, string>
  progress: Progress
}

/** Finds or installs the programs, then prepares the folders and lays out what has to run in them. */
export async function planStack(options: PlanOptions): Promise<StackPlan> {
  const { name, dir, env, services, keepData } = options
  const tools = await provideTools(options)
  await mkdir(logs(dir), { recursive: true })
  const urls = urlsOf(services, options.ports)
  const database = tools.postgres ? await planDatabase(options, tools.postgres) : { units: [], folders: [] }
  const storage = await planStorage(options)
  const units = [...database.units, ...storage, ...planShop(options, urls)]
  return {
    name,
    dir,
    units: units.map((unit) => endedWithSupervisor(unit, env)),
    urls,
    folders: [...database.folders, dir],
    keepData,
  }
}

async function provideTools({ services, env, progress }: PlanOptions): Promise<{ postgres?: PostgresTool }> {
  const redis = services.includes("redis") ? [REDIS_PROGRAM] : []
  const influxdb = services.includes("influxdb") ? [INFLUX_PROGRAM] : []
  await providePrograms([...redis, ...influxdb], { env, progress })
  return services.includes("postgres") ? { postgres: await providePostgres() } : {}
}

export function urlsOf(services: readonly Service[], ports: Ports): StackUrls {
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

async function planDatabase({ dir, ports, databaseSettings = {} }: PlanOptions, tool: PostgresTool) {
  const { home, folders } = await clusterHome(dir, tool.account)
  const own = { port: ports.postgres, logDir: logs(dir), settings: databaseSettings }
  return { units: await postgresUnits({ tool, home, ...own }), folders }
}

async function planStorage({ services, env, dir, ports, influxBackupPort }: PlanOptions): Promise<Unit[]> {
  const common = { env, logDir: logs(dir) }
  return [
    ...(services.includes("redis")
      ? [await redisUnit({ ...common, home: join(dir, "redis"), port: ports.redis })]
      : []),
    ...(services.includes("influxdb")
      ? [await influxUnit({ ...common, home: join(dir, "influxdb"), port: ports.influxdb, influxBackupPort })]
      : []),
  ]
}

function planShop(options: PlanOptions, urls: StackUrls): Unit[] {
  const { root, dir, services, ports, watch, env, shopEnv } = options
  const needs = services.filter((service) => service === "postgres" || service === "redis")
  const shop = {
    root,
    watch,
    logDir: logs(dir),
    env: { ...definedOnly(env), DATABASE_URL: urls.databaseUrl, REDIS_URL: urls.redisUrl, ...shopEnv },
  }
  const migration = options.migrate ? [migrationUnit({ ...shop, after: needs })] : []
  const after = [...needs, ...migration.map((unit) => unit.name)]
  return [
    ...migration,
    ...(services.includes("api") ? [apiUnit({ ...shop, after, port: ports.api })] : []),
    ...(services.includes("worker") ? [workerUnit({ ...shop, after, port: ports.worker })] : []),
  ]
}

/** Also a supervisor that was killed leaves no unit behind. */
function endedWithSupervisor(unit: Unit, env: NodeJS.ProcessEnv): Unit {
  const signal = unit.kind === "service" ? unit.stopSignal.replace("SIG", "") : "TERM"
  const [command, ...args] = endedWithParent([unit.command, ...unit.args], { signal, env })
  return { ...unit, command, args }
}

function logs(dir: string): string {
  return join(dir, "logs")
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
