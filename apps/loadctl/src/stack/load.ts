import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

import type { LoadedConfig } from "../config.ts"
import { usageError } from "../errors.ts"
import type { StackProvider } from "./provider.ts"

const WORK = [
  "startPrivate",
  "up",
  "down",
  "status",
  "prerequisites",
] as const satisfies (keyof StackProvider)[]

type Named = Pick<LoadedConfig, "config" | "file">

/** The provider that the file names. Throws a usage error when it names none, or one that cannot be loaded. */
export async function requireStack(loaded: Named, command: string): Promise<StackProvider> {
  const provider = await loadStack(loaded)
  if (provider) return provider
  throw usageError(
    `\`loadctl ${command}\` has nothing to work on: ${loaded.file} names no stack.`,
    "loadctl starts no target by itself. target: { stack: MODULE } names a module that exports a provider.",
  )
}

/** The same, or null when the file names none. The module is looked for from the file's folder. */
export async function loadStack({ config, file }: Named): Promise<StackProvider | null> {
  const { stack } = config.target
  if (stack === undefined) return null
  const failed = (why: string) => usageError(`target.stack: ${stack} ${why}.`, `It is named in ${file}.`)
  const path = resolveFrom(file, stack)
  if (path === null) throw failed("is not installed beside the file")
  const module: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw failed(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  })
  if (!isProviderModule(module)) throw failed(`exports no provider with ${WORK.join(", ")}`)
  return module.provider
}

function resolveFrom(file: string, specifier: string): string | null {
  try {
    return createRequire(file).resolve(specifier)
  } catch {
    return null
  }
}

function isProviderModule(module: unknown): module is { provider: StackProvider } {
  if (typeof module !== "object" || module === null || !("provider" in module)) return false
  const { provider } = module
  if (typeof provider !== "object" || provider === null) return false
  return WORK.every((name) => typeof Reflect.get(provider, name) === "function")
}
