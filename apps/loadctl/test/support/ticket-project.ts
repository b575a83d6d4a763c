import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A copy of the ticket shop's load test in a folder of its own, which goes when the test ends. */
export async function ticketProject() {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-test-"))
  await cp(join(import.meta.dirname, "../ticket-shop"), folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
