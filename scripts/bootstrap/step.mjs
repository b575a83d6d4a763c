import { join } from "node:path"
import process from "node:process"

import { withLock } from "../../packages/stack/src/lock.mjs"
import { ROOT } from "./paths.mjs"

const LOCK = join(ROOT, ".loadctl/bootstrap.lock")

/**
 * Runs a step that is needed, once even when two bootstraps start together, and says how long it took.
 * @param {{ title: string, isDone: () => boolean, run: () => Promise<void> }} step
 */
export async function ensure({ title, isDone, run }) {
  if (isDone()) return
  const runOnce = async () => {
    if (isDone()) return
    const startedAt = performance.now()
    process.stderr.write(`${title} ...\n`)
    await run()
    process.stderr.write(`${title}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
  }
  const onWait = () => process.stderr.write("Waiting for another bootstrap of this clone ...\n")
  await withLock(LOCK, runOnce, { onWait })
}
