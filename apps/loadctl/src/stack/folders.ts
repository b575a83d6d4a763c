import { accessSync, constants, mkdirSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"

/** The clone that this program belongs to: its stacks run the shop that lies beside it. */
export const REPOSITORY = join(import.meta.dirname, "../../../..")

/** Where stacks keep their data: in the clone, or in a folder of this user where the clone is somebody else's. */
export function stacksDir(repository = REPOSITORY): string {
  const inClone = join(repository, ".loadctl", "stacks")
  const dir = mayWrite(inClone) ? inClone : join(tmpdir(), `saleproof-${userInfo().uid}`, "stacks")
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
