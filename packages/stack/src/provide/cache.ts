import { homedir } from "node:os"
import { join } from "node:path"

/** Where programs that were built or copied are kept, shared by every clone of the user. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "saleproof")
}
