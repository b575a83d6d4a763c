import { existsSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

import { LineCounter, isMap, isNode, isSeq, parseDocument } from "yaml"
import type { Document, Node } from "yaml"

import { issueText, knownKeys } from "./config-words.ts"
import { usageError } from "./errors.ts"
import { Config } from "./plan/schema.ts"
import { didYouMean } from "./suggest.ts"

export const CONFIG_FILE = "loadctl.yaml"

/** A value that wins over the file, with where it came from. Later ones win over earlier ones. */
export type Override = { path: string[]; value: unknown; source: string }

export type LoadedConfig = {
  config: Config
  /** Absolute path of the file, and the folder that its relative paths start from. */
  file: string
  root: string
  /** Whether the target's URL was chosen by the environment or a flag instead of the file. */
  targetChosen: boolean
}

const ENV_PATHS = {
  LOADCTL_TARGET: ["target", "url"],
  LOADCTL_INFLUX_URL: ["influx", "url"],
  LOADCTL_INFLUX_DATABASE: ["influx", "database"],
  LOADCTL_INFLUX_USERNAME: ["influx", "username"],
  LOADCTL_INFLUX_PASSWORD: ["influx", "password"],
  LOADCTL_PERSONA: ["persona"],
  LOADCTL_DATABASE_URL: ["metrics", "database"],
} as const

/** Reads the environment's part of the configuration; an empty variable counts as unset. */
export function envOverrides(env: NodeJS.ProcessEnv): Override[] {
  return Object.entries(ENV_PATHS).flatMap(([name, path]) => {
    const value = env[name]
    return value ? [{ path: [...path], value, source: name }] : []
  })
}

/** The nearest loadctl.yaml at or above `cwd`, or the one named. Throws a usage error when there is none. */
export function findConfig(cwd: string, named?: string): string {
  if (named !== undefined) {
    const file = resolve(cwd, named)
    if (!existsSync(file)) throw usageError(`There is no file ${named}.`)
    return file
  }
  const file = nearestConfig(cwd)
  if (file !== undefined) return file
  throw usageError(
    `There is no ${CONFIG_FILE} here or in a folder above.`,
    "`loadctl init` writes a commented one; --config FILE names another.",
  )
}

/** Whether there is one at or above `cwd`. */
export function hasConfig(cwd: string): boolean {
  return nearestConfig(cwd) !== undefined
}

function nearestConfig(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, CONFIG_FILE)
    if (existsSync(file)) return file
    if (folder === dirname(folder)) return undefined
  }
}

/** File, then environment, then flags; validated as a whole. Throws one usage error that lists every problem. */
export function loadConfig(file: string, overrides: readonly Override[]): LoadedConfig {
  const lines = new LineCounter()
  const document = parseDocument(readConfigText(file), { lineCounter: lines })
  const locate = (path: readonly PropertyKey[]): string => {
    const offset = offsetOf(document, path)
    return `${file}:${lines.linePos(offset).line}`
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      (error) => `${file}:${lines.linePos(error.pos[0]).line} ${withoutPlace(error.message)}`,
    )
    throw configError(problems)
  }
  const raw = applyOverrides(contentsOf(document, file), overrides)
  const parsed = Config.safeParse(raw, { error: issueText })
  if (!parsed.success) {
    throw configError(parsed.error.issues.flatMap((issue) => describe(issue, overrides, locate)))
  }
  return {
    config: parsed.data,
    file,
    root: dirname(file),
    targetChosen: overrides.some(({ path }) => path.join(".") === "target.url"),
  }
}

/** A folder of that name, or a file that may not be read, is the user's to mend. */
function readConfigText(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error
    const why = error.code === "EISDIR" ? "it is a folder" : error.message
    throw usageError(`${file} cannot be read: ${why}.`, "--config FILE names another.")
  }
}

/** The values of the file; an alias without its anchor shows only here. */
function contentsOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS() as unknown
  } catch (error) {
    throw configError([`${file}: ${error instanceof Error ? error.message : String(error)}`])
  }
}

/** The first line of the parser's message, without its place, which is shown in front. */
function withoutPlace(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "")
}

type Issue = { path: readonly PropertyKey[]; message: string; code?: string; keys?: readonly string[] }

function describe(
  issue: Issue,
  overrides: readonly Override[],
  locate: (p: readonly PropertyKey[]) => string,
) {
  if (issue.code === "unrecognized_keys" && issue.keys) {
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      const guess = didYouMean(key, knownKeys(issue.path))
      return `${locate(path)} ${path.join(".")}: there is no such key${guess}`
    })
  }
  const path = issue.path.join(".")
  const override = overrides.findLast((candidate) => candidate.path.join(".") === path)
  return [`${override ? override.source : locate(issue.path)} ${path || "(file)"}: ${issue.message}`]
}

function configError(problems: readonly string[]) {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
  return usageError(`The configuration has ${count}:\n${problems.map((line) => `  ${line}`).join("\n")}`)
}

function applyOverrides(raw: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((config, { path, value }) => withValue(config, path, value), raw)
}

function withValue(target: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const fields = isRecord(target) ? target : {}
  return { ...fields, [key]: withValue(fields[key], rest, value) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** Where a path starts in the file; for a missing key, where its nearest parent does. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let offset = 0
  let node: unknown = document.contents
  for (const key of path) {
    const child = childOf(node, key)
    if (!child) break
    offset = child.anchor.range?.[0] ?? offset
    node = child.node
  }
  return offset
}

/** A key of a map (whose line is the key's) or an item of a list. */
function childOf(node: unknown, key: PropertyKey): { anchor: Node; node: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => String(item.key) === String(key))
    return isNode(pair?.key) ? { anchor: pair.key, node: pair.value } : undefined
  }
  const item = isSeq(node) ? node.items[Number(key)] : undefined
  return isNode(item) ? { anchor: item, node: item } : undefined
}
