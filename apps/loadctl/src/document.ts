import { randomBytes } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import writeFileAtomic from "write-file-atomic"

import { writing } from "./errors.ts"
import type { Manifest } from "./machine/manifest.ts"
import type { RunPlan } from "./plan/plan.ts"
import { newRunId } from "./plan/run-id.ts"
import { jsonText } from "./report/json.ts"

/** What every document of several runs says beside what they led to. */
export type SeriesRecord = {
  id: string
  /** The command line that makes it again. */
  command: string
  scenario: string
  persona: string | null
  variants: string[]
  scale: number
  startedAt: string
  finishedAt: string
  /** Versions, machine and sources of the first run. */
  manifest: Manifest | null
}

/** The record of a series that begins now. */
export function beginSeries(
  { id, command }: Pick<SeriesRecord, "id" | "command">,
  { scenario, persona, variants, scale }: RunPlan,
): SeriesRecord {
  const now = new Date().toISOString()
  return { id, command, scenario, persona, variants, scale, startedAt: now, finishedAt: now, manifest: null }
}

/** What several runs together led to, in a file of its own that is replaced as a whole. */
export type SavedDocument = { id: string; file: string; write: (value: unknown) => Promise<void> }

/** Opens `.loadctl/<kind>/<id>.json` for a new search or experiment; nothing is written yet. */
export async function newDocument(root: string, kind: string, scenario: string): Promise<SavedDocument> {
  const folder = join(root, ".loadctl", kind)
  await writing(folder, () => mkdir(folder, { recursive: true }))
  const id = newRunId(scenario, new Date(), randomBytes(2).toString("hex"))
  const file = join(folder, `${id}.json`)
  return { id, file, write: (value) => writing(folder, () => writeFileAtomic(file, jsonText(value))) }
}
