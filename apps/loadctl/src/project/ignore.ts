import { existsSync, readFileSync } from "node:fs"
import { appendFile } from "node:fs/promises"
import { join } from "node:path"

const ENTRY = ".loadctl/"

/** Keeps runs out of the repository, also of one that is made later. Says whether it had to. */
export async function ignoreRuns(folder: string): Promise<boolean> {
  const file = join(folder, ".gitignore")
  const text = existsSync(file) ? readFileSync(file, "utf8") : ""
  const known = text.split("\n").some((line) => /^\/?\.loadctl\/?$/.test(line.trim()))
  if (known) return false
  await appendFile(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${ENTRY}\n`)
  return true
}
