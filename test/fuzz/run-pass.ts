import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { execa } from "execa"

import { startStack } from "@saleproof/stack/start.ts"
import type { Progress } from "@saleproof/stack/provide/progress.ts"
import { endedWithParent } from "@saleproof/stack/parent-death.mjs"
import { FuzzerReport, findingsOf } from "./outcome.ts"
import type { Pass } from "./passes.ts"
import type { Fuzzer } from "./provide.ts"

const CONFIG = join(import.meta.dirname, "schemathesis.toml")
/** A request that takes longer is a hang. */
const REQUEST_TIMEOUT_S = 10
/** To start, to shrink what was found and to write the report; past that it is ended. */
const GRACE_S = 60

export type Bounds = { seconds: number; examples: number; seed: number }

type Run = Bounds & {
  fuzzer: Fuzzer
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  progress: Progress
  /** Where the fuzzer's own words and report go. */
  folder: string
}

export type PassResult = {
  pass: string
  title: string
  operations: number
  cases: number
  seconds: number
  /** The time was over before every example was tried. */
  cut: boolean
  findings: string[]
}

/** Starts a private shop, lets the fuzzer at it, and looks at what is left. */
export async function runPass(pass: Pass, run: Run): Promise<PassResult> {
  const { env, signal, progress, folder } = run
  await using stack = await startStack({
    env,
    signal,
    progress,
    services: ["postgres", "redis", "api", "worker"],
    shopEnv: pass.shopEnv,
  })
  await mkdir(folder, { recursive: true })
  const tokens = await pass.prepare(stack.urls.url)
  const { exitCode, report } = await fuzz(pass, { ...run, url: stack.urls.url, tokens })
  const findings = findingsOf({
    exitCode,
    report,
    log: await readFile(join(stack.dir, "logs/api.log"), "utf8"),
    ...(await lookAfter(stack.urls.url)),
  })
  return {
    pass: pass.name,
    title: pass.title,
    operations: report?.operations.tested ?? 0,
    cases: report?.test_cases.generated ?? 0,
    seconds: Math.round(report?.running_time ?? 0),
    cut: report?.stop_reason === "max_time",
    findings,
  }
}

async function fuzz(pass: Pass, run: Run & { url: string; tokens: ReadonlyMap<number, string> }) {
  const { fuzzer, folder, seconds, signal, env } = run
  const file = (kind: string) => join(folder, `${pass.name}.${kind}`)
  const given = Object.entries({
    seed: run.seed,
    "max-time": seconds,
    "max-examples": run.examples,
    checks: "all",
    "request-timeout": REQUEST_TIMEOUT_S,
    "generation-database": "none",
    report: "json",
    "report-json-path": file("json"),
  }).map(([name, value]) => `--${name}=${value}`)
  const [program, ...args] = endedWithParent(
    [
      ...fuzzer.command,
      `--config-file=${CONFIG}`,
      "run",
      `${run.url}/openapi.json`,
      ...pass.choose,
      ...given,
      "--continue-on-failure",
      "--no-color",
      ...(await authArgs(file("auth.json"), run.tokens)),
    ],
    { env },
  )
  const { exitCode } = await execa(program, args, {
    env,
    cwd: folder,
    reject: false,
    cancelSignal: signal,
    timeout: (seconds + GRACE_S) * 1_000,
    stdout: { file: file("txt") },
    stderr: { file: file("err") },
  })
  signal.throwIfAborted()
  return { exitCode, report: await readReport(file("json")) }
}

/** Two identities, so that each tries to read what the other made. */
async function authArgs(file: string, tokens: ReadonlyMap<number, string>): Promise<string[]> {
  if (tokens.size === 0) return []
  const auth = [...tokens].map(([user, token]) => ({
    name: `user-${user}`,
    fixedHeaders: [{ name: "Authorization", value: `Bearer ${token}` }],
  }))
  await writeFile(file, JSON.stringify({ auth }))
  return ["--auth-wfc", file]
}

async function readReport(file: string): Promise<FuzzerReport | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined)
  return text === undefined ? undefined : FuzzerReport.parse(JSON.parse(text))
}

async function lookAfter(url: string): Promise<{ alive: boolean; violated: string[] | undefined }> {
  const read = (path: string) =>
    fetch(new URL(path, url), { signal: AbortSignal.timeout(REQUEST_TIMEOUT_S * 1_000) }).catch(
      () => undefined,
    )
  const alive = (await read("/readyz"))?.ok === true
  const audit = await read("/audit")
  if (!audit?.ok) return { alive, violated: undefined }
  const { checks }: { checks: { id: string; violations: number }[] } = Object(await audit.json())
  return { alive, violated: checks.filter(({ violations }) => violations > 0).map(({ id }) => id) }
}
