import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import { REPOSITORY } from "@saleproof/stack/folders.ts"
import { planStack } from "@saleproof/stack/plan.ts"
import { freePort, freePorts } from "@saleproof/stack/ports.ts"
import { silently } from "@saleproof/stack/provide/progress.ts"
import { removeFolders } from "@saleproof/stack/state.ts"
import type { ServiceUnit, StackPlan } from "@saleproof/stack/unit.ts"

import { startTcpProxy } from "../proxy/tcp-proxy.ts"
import { makeDisk } from "./disk.ts"
import { createProgram, runTask } from "./program.ts"
import type { UnexpectedExit, Program } from "./program.ts"
import { startStandby } from "./standby.ts"
import type { Replication, Standby } from "./standby.ts"
import { DIRECT, PAIRS, sameTopology } from "./topology.ts"
import type { Pair, Topology } from "./topology.ts"

type EnvironmentOptions = {
  env: NodeJS.ProcessEnv
  /** The clone that the shop is run from; this one by default. */
  root?: string | undefined
  /** Puts all data on a file system of that size. */
  diskMb?: number | undefined
  /** Starts a standby that follows the database. */
  replication?: Replication | undefined
  /** Another program instead of the API and its worker; only a test of a defective shop brings one. */
  entry?: string | undefined
}

/** A private shop of real processes, each of which can be killed, paused, cut off and started again. */
export async function startEnvironment(options: EnvironmentOptions) {
  const { env, root = REPOSITORY, diskMb, replication, entry } = options
  const disk = await makeDisk({ sizeMb: diskMb })
  const logs = await makeDisk({ sizeMb: undefined })
  const plan = await planEnvironment({ env, root, dir: disk.dir, logDir: logs.dir })
  const unexpectedExits: UnexpectedExit[] = []
  const programOf = (unit: ServiceUnit) => createProgram(unit, unexpectedExits)
  const database = programOf(serviceOf(plan, "postgres"))
  const redis = programOf(serviceOf(plan, "redis"))
  const proxies = await startProxies(plan)
  const secondPort = await freePort()
  let apis: Program[] = []
  let worker = programOf(serviceOf(plan, "worker"))
  let topology: Topology | undefined
  let standby: Standby | undefined

  const running = () => [worker, ...apis]

  /** Starts the API and the worker in that arrangement, unless they run in it already. */
  async function arrange(next: Topology = DIRECT): Promise<void> {
    const keep = topology !== undefined && sameTopology(topology, next) && running().every((p) => p.running())
    if (keep) return
    await Promise.all(running().map((program) => program.stop()))
    topology = next
    const apiUnit = unitOf(plan, { name: "api", topology: next, proxies, entry })
    const ports = [apiUnit.port, secondPort].slice(0, next.apis)
    apis = ports.map((port) => programOf(onPort(apiUnit, port)))
    worker = programOf(unitOf(plan, { name: "worker", topology: next, proxies, entry }))
    await Promise.all([...apis, worker].map((program) => program.start()))
  }

  async function stop(): Promise<void> {
    await Promise.all(PAIRS.map((pair) => proxies[pair].restore()))
    await Promise.all(running().map((program) => program.stop()))
    await Promise.all([database.stop(), redis.stop(), standby?.stop()])
    await Promise.all(PAIRS.map((pair) => proxies[pair].stop()))
    // PostgreSQL's data may be in another folder, where its account can reach it.
    await removeFolders(plan.folders.filter((folder) => folder !== plan.dir))
    await Promise.all([disk.remove(), logs.remove()])
  }

  try {
    standby = await boot(plan, { database, redis, replication, programOf })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    database,
    redis,
    proxies,
    disk,
    /** Of all its processes, since it was started. */
    unexpectedExits: unexpectedExits as readonly UnexpectedExit[],
    logDir: logs.dir,
    standby,
    /** Of the primary, past every proxy. */
    databaseUrl: () => (standby?.isPrimary() ? standby.url : plan.urls.databaseUrl),
    redisPort: redis.unit.port,
    apis: (): readonly Program[] => apis,
    worker: () => worker,
    arrange,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

export type Environment = Awaited<ReturnType<typeof startEnvironment>>

type Stores = {
  database: Program
  redis: Program
  replication: Replication | undefined
  programOf: (unit: ServiceUnit) => Program
}

/** Creates the database, with a standby where one is asked for, and starts what stores data. */
async function boot(plan: StackPlan, stores: Stores): Promise<Standby | undefined> {
  const { database, redis, replication, programOf } = stores
  const tasksOf = (task: string) => plan.units.filter(({ name }) => name === task)
  for (const task of tasksOf("initdb")) await runTask(task)
  await Promise.all([database.start(), redis.start()])
  for (const task of tasksOf("migrate")) await runTask(task)
  if (!replication) return undefined
  await database.stop()
  return startStandby({ primary: database, replication, programOf })
}

type Folders = { env: NodeJS.ProcessEnv; root: string; dir: string; logDir: string }

async function planEnvironment({ env, root, dir, logDir }: Folders) {
  const plan = await planStack({
    name: "chaos",
    root,
    dir,
    services: ["postgres", "redis", "api", "worker"],
    ports: await freePorts(),
    influxBackupPort: 0,
    migrate: true,
    watch: false,
    keepData: false,
    env,
    shopEnv: { LOG_LEVEL: "warn" },
    progress: silently,
  })
  await mkdir(logDir, { recursive: true })
  // A full disk must not keep the processes from saying so.
  return { ...plan, units: plan.units.map((unit) => ({ ...unit, log: join(logDir, `${unit.name}.log`) })) }
}

async function startProxies(plan: StackPlan) {
  const start = (service: "postgres" | "redis") =>
    startTcpProxy({ targetPort: serviceOf(plan, service).port })
  return {
    "api-database": await start("postgres"),
    "api-redis": await start("redis"),
    "worker-database": await start("postgres"),
    "worker-redis": await start("redis"),
  }
}

type Proxies = Awaited<ReturnType<typeof startProxies>>

type UnitTopology = {
  name: "api" | "worker"
  topology: Topology
  proxies: Proxies
  entry: string | undefined
}

function unitOf(plan: StackPlan, { name, topology, proxies, entry }: UnitTopology): ServiceUnit {
  const unit = serviceOf(plan, name)
  const through = (url: string, pair: Pair): string => {
    if (!topology.proxied.includes(pair)) return url
    const proxied = new URL(url)
    proxied.port = String(proxies[pair].port)
    return proxied.href
  }
  const urls = {
    DATABASE_URL: through(plan.urls.databaseUrl, `${name}-database`),
    REDIS_URL: through(plan.urls.redisUrl, `${name}-redis`),
  }
  const args = entry === undefined ? unit.args : [...unit.args.slice(0, -1), entry]
  return { ...unit, args, env: { ...unit.env, ...urls, ...topology.shopEnv } }
}

function onPort(unit: ServiceUnit, port: number): ServiceUnit {
  if (port === unit.port) return unit
  return {
    ...unit,
    name: `${unit.name}-${port}`,
    port,
    env: { ...unit.env, PORT: String(port) },
    log: unit.log.replace(/\.log$/, `-${port}.log`),
    probe: { kind: "http", url: `http://127.0.0.1:${port}/readyz` },
  }
}

function serviceOf({ units }: StackPlan, name: string): ServiceUnit {
  const unit = units.find((candidate) => candidate.name === name)
  if (unit?.kind !== "service") throw new Error(`the stack has no service ${name}`)
  return unit
}
