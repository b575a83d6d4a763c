import process from "node:process"

import { withLock } from "./lock.mjs"

/**
 * Runs a step that is needed, once even when two bootstraps start together, and says how long it took.
 * @param {{ title: string, isDone: () => boolean, run: () => Promise<void> }} step
 */
export async function ensure({ title, isDone, run }) {
  if (isDone()) return
  await withLock(async () => {
    if (isDone()) return
    const startedAt = performance.now()
    process.stderr.write(`${title} ...\n`)
    await run()
    process.stderr.write(`${title}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
  })
}
