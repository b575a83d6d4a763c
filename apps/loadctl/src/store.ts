import { existsSync } from "node:fs"
import { access, constants, mkdir, readFile, readdir } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { gunzipSync, gzip } from "node:zlib"

import writeFileAtomic from "write-file-atomic"

import { usageError, writing } from "./errors.ts"
import type { LoadctlError } from "./errors.ts"
import { isSafeId } from "./plan/run-id.ts"
import { jsonText } from "./report/json.ts"

/** One run's folder. Every file is replaced as a whole, so a crash leaves the old one or the new one. */
export type RunFolder = {
  runId: string
  path: string
  file: (name: string) => string
  writeJson: (name: string, value: unknown) => Promise<void>
  /** For what is large: the samples of a run. */
  writeGzip: (name: string, value: unknown) => Promise<void>
  /** The parsed file, or undefined when the run never came to it. Throws a usage error for a damaged one. */
  readJson: (name: string) => Promise<unknown>
  readGzip: (name: string) => Promise<unknown>
  /** Makes a folder in it, for what belongs to the run and is no part of its figures. */
  subfolder: (name: string) => Promise<RunFolder>
}

/** Written when the load begins, and when one from elsewhere was read. A run with neither is found by its id only. */
const LOADED = ["manifest.json", "endpoints.json"]

/** The runs of one project, in `.loadctl/runs/` below its loadctl.yaml. Ids sort by time. */
export function createStore(root: string) {
  const home = join(root, ".loadctl", "runs")

  /** Makes the folder of a new run; throws when the id is taken. */
  async function create(runId: string): Promise<RunFolder> {
    await prepare()
    await mkdir(join(home, runId))
    return openFolder(home, runId)
  }

  /** Throws a missing error where nothing can be saved: before the load, not after it. */
  function prepare(): Promise<void> {
    return writing(home, async () => {
      await mkdir(home, { recursive: true })
      await access(home, constants.W_OK)
    })
  }

  /** Newest first. */
  async function ids(): Promise<string[]> {
    const entries = await readdir(home, { withFileTypes: true }).catch(() => [])
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted()
      .toReversed()
  }

  /** The run named, or the latest that came to its load. Throws a usage error when there is none. */
  async function find(runId?: string): Promise<RunFolder> {
    const known = await ids()
    if (runId === undefined) {
      const latest = known.find((id) => LOADED.some((name) => existsSync(join(home, id, name))))
      if (latest === undefined)
        throw usageError(
          known.length === 0 ? "No run has been saved here." : "No run that was saved here came to its load.",
          "loadctl run --scenario NAME makes one.",
        )
      return openFolder(home, latest)
    }
    if (!isSafeId(runId) || !known.includes(runId)) {
      throw usageError(`There is no run ${runId}.`, "loadctl runs lists them.")
    }
    return openFolder(home, runId)
  }

  return { home, prepare, create, ids, find }
}

export type Store = ReturnType<typeof createStore>

function openFolder(home: string, runId: string): RunFolder {
  const path = join(home, runId)
  const file = (name: string): string => join(path, name)
  return {
    runId,
    path,
    file,
    writeJson: (name, value) => writing(path, () => writeFileAtomic(file(name), jsonText(value))),
    writeGzip: async (name, value) => {
      const content = await promisify(gzip)(JSON.stringify(value))
      await writing(path, () => writeFileAtomic(file(name), content))
    },
    readJson: async (name) => {
      const content = await readIfThere(file(name))
      return content && parsed(file(name), () => content)
    },
    readGzip: async (name) => {
      const content = await readIfThere(file(name))
      return content && parsed(file(name), () => gunzipSync(content))
    },
    subfolder: async (name) => {
      await mkdir(file(name))
      return openFolder(path, name)
    },
  }
}

function parsed(file: string, content: () => Buffer): unknown {
  try {
    return JSON.parse(content().toString("utf8"))
  } catch (error) {
    throw damagedError(file, error)
  }
}

/** A file of a saved run that was changed or cut since: exit 2. */
export function damagedError(file: string, error: unknown): LoadctlError {
  const why = error instanceof Error ? error.message : String(error)
  return usageError(
    `${file} is damaged: ${why.replace(/\.$/, "")}.`,
    "Delete the run's folder, or restore the file.",
  )
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
}
