import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

import { z } from "zod"

/** The version of this loadctl, from the package.json above it: in the sources as in the bundle. */
export function loadctlVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, "package.json")
    if (existsSync(file)) {
      return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version
    }
    if (folder === dirname(folder)) throw new Error(`there is no package.json above ${import.meta.dirname}`)
  }
}
