import { setTimeout as sleep } from "node:timers/promises"

import { lineProgress } from "@saleproof/stack/provide/progress.ts"

import type { LoadedConfig } from "../config.ts"
import { missingError, usageError } from "../errors.ts"
import type { LoadctlError } from "../errors.ts"
import type { Io } from "../io.ts"
import { createInflux } from "../influx/client.ts"
import type { Influx, InfluxSettings } from "../influx/client.ts"
import { redactUrl } from "../machine/redact.ts"
import { TRUST_HINT, isUntrusted } from "../machine/tls.ts"
import type { InfluxState } from "../stats/model.ts"
import { requireStack } from "../stack/load.ts"
import { createApi } from "./api.ts"
import type { Api, ApiAnswer } from "./api.ts"
import type { RunObserver } from "./observer.ts"
import { lockTarget } from "./target-lock.ts"

const READY_TIMEOUT_MS = 3_000

/** What the load goes to and where its points go. Disposing stops what was started for it, and nothing else. */
export type TestTarget = AsyncDisposable & {
  /** It was started for this: nothing has been compiled, cached or connected yet. */
  cold: boolean
  targetUrl: string
  api: Api
  influx: { client: Influx; settings: InfluxSettings } | null
  influxState: InfluxState
  /** Where else to look while the load runs. */
  health: { workerUrl: string | null; databaseUrl: string | null }
}

export type TargetOptions = {
  io: Io
  observer: RunObserver
  /** Settings of the API when it is started here. */
  apiEnv: Record<string, string>
  /** Who takes the target, for another run that wants it too. */
  owner: string
  /** Starts a private stack without looking whether the target answers. */
  alwaysPrivate: boolean
}

/**
 * Finds the target and locks it for this run, or starts a private stack when nothing listens there, the file allows it and nobody named another
 * target. Throws a missing error when nothing answers.
 */
export async function reachTarget(loaded: LoadedConfig, options: TargetOptions): Promise<TestTarget> {
  const { url, ready, stack } = loaded.config.target
  const mayStart = stack !== undefined && !loaded.targetChosen
  if (options.alwaysPrivate) {
    if (mayStart) return startPrivate(loaded, options)
    throw usageError("--private needs the target of a stack.", hintForPrivate(loaded))
  }
  await using held = new AsyncDisposableStack()
  held.use(await lockTarget(url, options.owner))
  const api = createApi(url, options.io.env)
  const waiting = { timeoutMs: READY_TIMEOUT_MS, signal: options.io.interrupted }
  const answer = await api.request({ method: "GET", path: ready ?? "/", ...waiting })
  options.io.interrupted.throwIfAborted()
  if (answer.outcome === "answer" && isReady(ready, answer.status)) {
    const running = await useRunning(loaded, options, api)
    const lock = held.move()
    return { ...running, [Symbol.asyncDispose]: () => lock.disposeAsync() }
  }
  if (answer.outcome === "no-answer" && mayStart) {
    options.observer.note(`Nothing listens at ${url}: starting a private stack.`)
    return startPrivate(loaded, options)
  }
  throw notReady(loaded, answer)
}

/** Only a configured check can distinguish the target from another service on the same port. */
export function isReady(ready: string | undefined, status: number): boolean {
  return ready === undefined || (status >= 200 && status < 300)
}

function notReady(loaded: LoadedConfig, answer: ApiAnswer): LoadctlError {
  const { url, ready } = loaded.config.target
  const place = `${redactUrl(url).replace(/\/$/, "")}${ready ?? "/"}`
  if (answer.outcome === "no-answer")
    return missingError(`The target ${place} does not answer (${answer.text}).`, hintFor(loaded, answer.text))
  return missingError(
    `The target ${place} answers ${answer.status}: it is not ready, or something else listens there. Nothing was sent to it.`,
    `target.ready in ${loaded.file} must answer 2xx.${loaded.config.target.stack === undefined ? "" : " --private starts a stack on other ports."}`,
  )
}

async function useRunning(
  { config }: LoadedConfig,
  { apiEnv }: TargetOptions,
  api: Api,
): Promise<Omit<TestTarget, typeof Symbol.asyncDispose>> {
  const { url } = config.target
  if (Object.keys(apiEnv).length > 0) {
    throw usageError(`${redactUrl(url)} is running already, so --env cannot reach it.`, hintForEnv(config))
  }
  const { worker = null, database = null } = config.metrics ?? {}
  return {
    ...(await reachInflux(config)),
    health: { workerUrl: worker, databaseUrl: database },
    cold: false,
    targetUrl: url,
    api,
  }
}

/** --private helps only where the file can start a stack; what the script is to know goes another way. */
function hintForEnv({ target }: LoadedConfig["config"]): string {
  return target.stack === undefined
    ? "--env sets up a target that loadctl starts, and the file names no stack; -e KEY=VALUE is for the script."
    : "Add --private, or stop it; -e KEY=VALUE is for the script."
}

function hintFor({ config, targetChosen }: LoadedConfig, reason: string): string {
  if (isUntrusted(reason)) return TRUST_HINT
  if (config.target.stack !== undefined && targetChosen)
    return "Start it, or name no target to run against a private stack."
  return "Start it, then repeat the command."
}

function hintForPrivate({ config, file }: LoadedConfig): string {
  return config.target.stack === undefined
    ? `${file} names none (target: { stack: MODULE }).`
    : "Name no target beside it."
}

async function startPrivate(loaded: LoadedConfig, options: TargetOptions): Promise<TestTarget> {
  const { io, observer, apiEnv } = options
  const { config } = loaded
  const provider = await requireStack(loaded, "run --private")
  const stack = await provider.startPrivate({
    env: io.env,
    targetEnv: apiEnv,
    signal: io.interrupted,
    progress: lineProgress((text) => observer.note(text.trimEnd())),
    onDeath: ({ unit, reason }) => observer.note(`${unit} ${reason} in the middle of the run.`),
  })
  observer.note(`The stack answers at ${stack.urls.url}.`)
  const settings = { url: stack.urls.influxUrl, database: config.influx?.database ?? "k6" }
  return {
    cold: true,
    targetUrl: stack.urls.url,
    api: createApi(stack.urls.url, io.env),
    influx: { client: createInflux(settings), settings },
    influxState: { state: "ok" },
    health: { workerUrl: stack.urls.workerMetricsUrl, databaseUrl: stack.urls.databaseUrl },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

async function reachInflux(
  config: LoadedConfig["config"],
): Promise<Pick<TestTarget, "influx" | "influxState">> {
  if (!config.influx) return { influx: null, influxState: { state: "off" } }
  const client = createInflux(config.influx)
  // A freshly started InfluxDB may need a moment more than the target.
  const up = (await client.answers()) || (await sleep(1_000), await client.answers())
  if (!up)
    return {
      influx: null,
      influxState: { state: "away", text: `nothing answers at ${redactUrl(config.influx.url)}` },
    }
  return { influx: { client, settings: config.influx }, influxState: { state: "ok" } }
}
