import { accessSync, constants, mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

/** The clone that this program belongs to: its stacks run the shop that lies beside it. */
export const REPOSITORY = join(import.meta.dirname, "../../..")

/**
 * Where stacks keep their data: in LOADCTL_STACKS, in the clone, or where the clone belongs to another user in a folder
 * of this user.
 */
export function stacksDir(env: NodeJS.ProcessEnv): string {
  const inClone = join(REPOSITORY, ".loadctl", "stacks")
  const ofUser = join(tmpdir(), `saleproof-${process.getuid?.() ?? "user"}`, "stacks")
  const dir = env["LOADCTL_STACKS"] || (mayWrite(inClone) ? inClone : ofUser)
  mkdirSync(dir, { recursive: true })
  return dir
}

function mayWrite(dir: string): boolean {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK)
    return true
  } catch {
    return false
  }
}
