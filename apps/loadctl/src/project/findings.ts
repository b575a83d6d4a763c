import { existsSync } from "node:fs"
import { relative, resolve } from "node:path"

import { findK6 } from "@saleproof/stack/provide/k6.ts"

import type { LoadedConfig } from "../config.ts"
import { createInflux } from "../influx/client.ts"
import { installLine } from "../k6/find.ts"
import { k6Version } from "../k6/version.ts"
import { isReady } from "../run/target.ts"
import type { Io } from "../io.ts"
import { redactUrl } from "../machine/redact.ts"
import { TRUST_HINT, isUntrusted } from "../machine/tls.ts"
import { createApi } from "../run/api.ts"
import type { Finding } from "../stack/provider.ts"

const ANSWER_TIMEOUT_MS = 3_000

/** What this project needs before it can run, each looked at now; PostgreSQL and the like are its stack's to name. */
export async function projectFindings(
  loaded: LoadedConfig,
  { env, interrupted }: Pick<Io, "env" | "interrupted">,
): Promise<Finding[]> {
  const findings = [
    { title: "File", state: "ok", detail: loaded.file } as const,
    ...scriptFindings(loaded),
    await k6Finding(env),
    await targetFinding(loaded, { env, interrupted }),
    ...(await influxFindings(loaded)),
  ]
  interrupted.throwIfAborted()
  return findings
}

export function nodeFinding(): Finding {
  return { title: "Node.js", state: "ok", detail: process.versions.node }
}

/** Each script that a scenario of the file names. */
function scriptFindings({ config, root }: LoadedConfig): Finding[] {
  const scripts = new Set(
    [config.script, ...Object.values(config.scenarios).map(({ script }) => script)].filter(
      (script) => script !== undefined,
    ),
  )
  return [...scripts].map((script) => {
    const file = resolve(root, script)
    return existsSync(file)
      ? { title: "Script", state: "ok", detail: relative(root, file) }
      : { title: "Script", state: "missing", detail: `there is no ${file}`, fix: "script: in loadctl.yaml" }
  })
}

export async function k6Finding(env: NodeJS.ProcessEnv): Promise<Finding> {
  const { path, unfit } = await findK6(env)
  if (path !== null) return { title: "k6", state: "ok", detail: `v${await k6Version(path)} ${path}` }
  const detail = unfit === null ? "not installed" : `${unfit} on the PATH is too old or too new`
  // Also where Go could build it: a run does that only when it is asked to.
  return { title: "k6", state: "missing", detail, fix: installLine(env) }
}

async function targetFinding(
  { config }: LoadedConfig,
  { env, interrupted }: Pick<Io, "env" | "interrupted">,
): Promise<Finding> {
  const { url, ready, stack } = config.target
  const title = "Target"
  const answer = await createApi(url, env).request({
    method: "GET",
    path: ready ?? "/",
    timeoutMs: ANSWER_TIMEOUT_MS,
    signal: interrupted,
  })
  const place = `${redactUrl(url).replace(/\/$/, "")}${ready ?? "/"}`
  if (answer.outcome === "answer" && isReady(ready, answer.status))
    return { title, state: "ok", detail: `${place} answers ${answer.status}` }
  const detail =
    answer.outcome === "answer"
      ? `${place} answers ${answer.status}`
      : `${place} does not answer: ${answer.text}`
  if (stack !== undefined) return { title, state: "later", detail, fix: "loadctl run starts a private one" }
  if (answer.outcome === "no-answer" && isUntrusted(answer.text))
    return { title, state: "missing", detail, fix: TRUST_HINT }
  return { title, state: "missing", detail, fix: "start it, or put its address into target.url" }
}

async function influxFindings({ config }: LoadedConfig): Promise<Finding[]> {
  const { influx, target } = config
  // A private stack brings its own.
  if (!influx || target.stack !== undefined) return []
  const title = "InfluxDB"
  const detail = redactUrl(influx.url)
  if (await createInflux(influx).answers()) return [{ title, state: "ok", detail }]
  return [
    { title, state: "missing", detail: `${detail} does not answer`, fix: "start it, or remove influx:" },
  ]
}
