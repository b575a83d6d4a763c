import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils"
import type { ErrorRegistry } from "@prisma/driver-adapter-utils"
import { SchemaEngine } from "@prisma/schema-engine-wasm"
import { createAdapterFactory } from "./adapter.ts"

type Options = {
  /** Path and text of each schema file. */
  files: [string, string][]
  url: string
  shadowDatabaseUrl: string | undefined
  log: (line: string) => void
}

/** Calls a method of the engine by its name; throws what the engine throws. */
export type CallEngine = (method: string, params: unknown) => Promise<unknown>

/** These open no shadow database themselves: they need the one that a diagnosis has just compared with. */
const AFTER_DIAGNOSIS = new Set(["evaluateDataLoss", "createMigration"])

/** Prisma's schema engine as it is on npm (WebAssembly); every call gets an engine and connections of its own. */
export function createEngine({ files, url, shadowDatabaseUrl, log }: Options): CallEngine {
  const datamodels = files.length > 0 ? files : undefined
  return async (method, params) => {
    await using factory = createAdapterFactory({ url, shadowDatabaseUrl })
    const adapter = bindMigrationAwareSqlAdapterFactory(factory)
    try {
      const engine = await SchemaEngine.new({ datamodels }, log, adapter)
      if (AFTER_DIAGNOSIS.has(method)) await invoke(engine, "devDiagnostic", params)
      return await invoke(engine, method, params)
    } catch (error) {
      throw original(error, adapter.errorRegistry)
    }
  }
}

async function invoke(engine: SchemaEngine, method: string, params: unknown): Promise<unknown> {
  const run: unknown = Reflect.get(engine, method)
  if (typeof run !== "function") throw new Error(`The schema engine has no method ${method}`)
  return run.call(engine, params)
}

/** An error of the driver comes back from the engine as the number it was registered under. */
function original(error: unknown, registry: ErrorRegistry) {
  const id = /^External error id#(\d+)/.exec(error instanceof Error ? error.message : "")?.[1]
  return id === undefined ? error : (registry.consumeError(Number(id))?.error ?? error)
}
