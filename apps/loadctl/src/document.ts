import { randomBytes } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import writeFileAtomic from "write-file-atomic"

import { writing } from "./errors.ts"
import { newRunId } from "./plan/run-id.ts"

/** What several runs together led to, in a file of its own that is replaced as a whole. */
export type SavedDocument = { id: string; file: string; write: (value: unknown) => Promise<void> }

/** Opens `.loadctl/<kind>/<id>.json` for a new search or experiment; nothing is written yet. */
export async function newDocument(root: string, kind: string, scenario: string): Promise<SavedDocument> {
  const folder = join(root, ".loadctl", kind)
  await writing(folder, () => mkdir(folder, { recursive: true }))
  const id = newRunId(scenario, new Date(), randomBytes(2).toString("hex"))
  const file = join(folder, `${id}.json`)
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  return { id, file, write: (value) => writing(folder, () => writeFileAtomic(file, text(value))) }
}
