import { access, constants, mkdir } from "node:fs/promises"
import { dirname, resolve } from "node:path"

import type { Command } from "commander"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"

/** `--save`, for what takes so long that its result is worth a file of its own. */
export function withSave(command: Command): Command {
  return command.option("--save <path>", "also write PATH.json and PATH.md, once all of it is done")
}

export type Saving = (texts: { json: string; markdown: string }) => Promise<void>

/** Makes the folder and tries to write there before the work begins. Throws a usage error when that fails. */
export async function prepareSaving(io: Io, path: string | undefined): Promise<Saving | null> {
  if (path === undefined) return null
  const name = path.replace(/\.(json|md)$/, "")
  const base = resolve(io.cwd, name)
  try {
    await mkdir(dirname(base), { recursive: true })
    await access(dirname(base), constants.W_OK)
  } catch (error) {
    throw usageError(
      `--save ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const { default: writeFileAtomic } = await import("write-file-atomic")
  return async ({ json, markdown }) => {
    await writeFileAtomic(`${base}.json`, json)
    await writeFileAtomic(`${base}.md`, markdown)
    io.stderr(`Wrote ${name}.json and ${name}.md.\n`)
  }
}
