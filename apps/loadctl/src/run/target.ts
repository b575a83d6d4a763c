import { setTimeout as sleep } from "node:timers/promises"

import type { LoadedConfig } from "../config.ts"
import { missingError } from "../errors.ts"
import type { Io } from "../io.ts"
import { createInflux } from "../influx/client.ts"
import type { Influx, InfluxSettings } from "../influx/client.ts"
import { redactUrl } from "../machine/redact.ts"
import type { InfluxState } from "../stats/model.ts"
import { createApi } from "./api.ts"
import type { Api } from "./api.ts"
import type { RunObserver } from "./observer.ts"

/** What the load goes to and where its points go. Disposing stops what was started for it, and nothing else. */
export type Surroundings = AsyncDisposable & {
  targetUrl: string
  api: Api
  influx: { client: Influx; settings: InfluxSettings } | null
  influxState: InfluxState
}

/**
 * Finds the target, or starts a private stack when the file allows it and nobody named another target. Throws a
 * missing error when nothing answers.
 */
export async function reachTarget(
  loaded: LoadedConfig,
  { io, apiEnv, observer }: { io: Io; apiEnv: Record<string, string>; observer: RunObserver },
): Promise<Surroundings> {
  const { config, targetChosen } = loaded
  const api = createApi(config.target.url, io.env)
  const answer = await api.request({ method: "GET", path: config.target.ready, timeoutMs: 3_000 })
  if (answer.outcome === "answer" && answer.status < 500) {
    if (Object.keys(apiEnv).length > 0) {
      observer.note(`${config.target.url} is already running: --set changes nothing there.`)
    }
    return {
      ...(await reachInflux(config)),
      targetUrl: config.target.url,
      api,
      [Symbol.asyncDispose]: async () => {},
    }
  }
  const why = answer.outcome === "answer" ? `answers ${answer.status}` : `does not answer (${answer.text})`
  if (targetChosen || !config.target.stack) {
    throw missingError(
      `The target ${redactUrl(config.target.url)}${config.target.ready} ${why}.`,
      targetChosen ? "Start it, or leave the target out to run against a private stack." : "Start it first.",
    )
  }
  return startPrivate(loaded, { io, apiEnv, observer })
}

async function startPrivate(
  { config }: LoadedConfig,
  { io, apiEnv, observer }: { io: Io; apiEnv: Record<string, string>; observer: RunObserver },
): Promise<Surroundings> {
  observer.note(`Nothing listens at ${config.target.url}: starting a private stack.`)
  const [{ startStack }, { lineProgress }] = await Promise.all([
    import("../stack/start.ts"),
    import("../stack/provide/progress.ts"),
  ])
  const stack = await startStack({
    env: io.env,
    shopEnv: apiEnv,
    signal: io.interrupted,
    progress: lineProgress((text) => observer.note(text.trimEnd())),
  })
  observer.note(`The stack answers at ${stack.urls.url}.`)
  const settings = { url: stack.urls.influxUrl, database: config.influx?.database ?? "k6" }
  return {
    targetUrl: stack.urls.url,
    api: createApi(stack.urls.url, io.env),
    influx: { client: createInflux(settings), settings },
    influxState: { state: "ok" },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

async function reachInflux(
  config: LoadedConfig["config"],
): Promise<Pick<Surroundings, "influx" | "influxState">> {
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
