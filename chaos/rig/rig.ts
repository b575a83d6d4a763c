import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import { REPOSITORY } from "@saleproof/loadctl/stack/folders.ts"
import { planStack } from "@saleproof/loadctl/stack/plan.ts"
import { freePort, freePorts } from "@saleproof/loadctl/stack/ports.ts"
import { silently } from "@saleproof/loadctl/stack/provide/progress.ts"
import type { ServiceUnit, StackPlan, Unit } from "@saleproof/loadctl/stack/unit.ts"

import { startTcpProxy } from "../proxy/tcp-proxy.ts"
import { makeDisk } from "./disk.ts"
import { createProgram, runTask } from "./program.ts"
import type { Program } from "./program.ts"
import { DIRECT, PAIRS, sameWiring } from "./wiring.ts"
import type { Pair, Wiring } from "./wiring.ts"

type RigOptions = {
  env: NodeJS.ProcessEnv
  /** Puts all data on a file system of that size. */
  diskMb?: number | undefined
  /** Another program in the API's place; only a planted fault brings one. */
  apiEntry?: string
}

/** A private shop of real processes, each of which can be killed, frozen, cut off and started again. */
export async function startRig({ env, diskMb, apiEntry }: RigOptions) {
  const disk = await makeDisk({ sizeMb: diskMb })
  const logs = await makeDisk({ sizeMb: undefined })
  const plan = await planRig({ env, dir: disk.dir, logDir: logs.dir })
  const database = createProgram(serviceOf(plan, "postgres"))
  const redis = createProgram(serviceOf(plan, "redis"))
  const proxies = await startProxies(plan)
  const secondPort = await freePort()
  let apis: Program[] = []
  let worker = createProgram(serviceOf(plan, "worker"))
  let wiring: Wiring | undefined

  async function boot(): Promise<void> {
    for (const task of plan.units.filter(({ name }) => name === "initdb")) await runTask(task)
    await Promise.all([database.start(), redis.start()])
    for (const task of plan.units.filter(({ name }) => name === "migrate")) await runTask(task)
  }

  const running = () => [worker, ...apis]

  /** Starts the API and the worker in that arrangement, unless they run in it already. */
  async function wire(next: Wiring = DIRECT): Promise<void> {
    const keep = wiring !== undefined && sameWiring(wiring, next) && running().every((p) => p.running())
    if (keep) return
    await Promise.all(running().map((program) => program.stop()))
    wiring = next
    const apiUnit = wired(plan, { name: "api", wiring: next, proxies })
    const ports = [apiUnit.port, secondPort].slice(0, next.apis)
    apis = ports.map((port) => createProgram(onPort({ ...apiUnit, args: apiArgs(apiUnit, apiEntry) }, port)))
    worker = createProgram(wired(plan, { name: "worker", wiring: next, proxies }))
    await Promise.all([...apis, worker].map((program) => program.start()))
  }

  async function stop(): Promise<void> {
    await Promise.all(PAIRS.map((pair) => proxies[pair].heal()))
    await Promise.all(running().map((program) => program.stop()))
    await Promise.all([database.stop(), redis.stop()])
    await Promise.all(PAIRS.map((pair) => proxies[pair].stop()))
    await Promise.all([disk.remove(), logs.remove()])
  }

  try {
    await boot()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    database,
    redis,
    proxies,
    disk,
    logDir: logs.dir,
    databaseUrl: plan.urls.databaseUrl,
    redisPort: redis.unit.port,
    apis: (): readonly Program[] => apis,
    worker: () => worker,
    wire,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

export type Rig = Awaited<ReturnType<typeof startRig>>

async function planRig({ env, dir, logDir }: { env: NodeJS.ProcessEnv; dir: string; logDir: string }) {
  const plan = await planStack({
    name: "chaos",
    root: REPOSITORY,
    dir,
    services: ["postgres", "redis", "api", "worker"],
    ports: await freePorts(),
    influxBackupPort: 0,
    migrate: true,
    watch: false,
    keepData: false,
    env,
    shopEnv: {},
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

type Place = { name: "api" | "worker"; wiring: Wiring; proxies: Proxies }

function wired(plan: StackPlan, { name, wiring, proxies }: Place): ServiceUnit {
  const unit = serviceOf(plan, name)
  const through = (url: string, pair: Pair): string => {
    if (!wiring.proxied.includes(pair)) return url
    const proxied = new URL(url)
    proxied.port = String(proxies[pair].port)
    return proxied.href
  }
  const urls = {
    DATABASE_URL: through(plan.urls.databaseUrl, `${name}-database`),
    REDIS_URL: through(plan.urls.redisUrl, `${name}-redis`),
  }
  return { ...unit, env: { ...unit.env, ...urls, ...wiring.shopEnv } }
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

const apiArgs = ({ args }: Unit, entry: string | undefined): readonly string[] =>
  entry === undefined ? args : [...args.slice(0, -1), entry]

function serviceOf({ units }: StackPlan, name: string): ServiceUnit {
  const unit = units.find((candidate) => candidate.name === name)
  if (unit?.kind !== "service") throw new Error(`the stack has no service ${name}`)
  return unit
}
