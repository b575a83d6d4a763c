import { existsSync } from "node:fs"
import { dirname, join } from "node:path"

/** How loadctl is called from that folder: by npx only where a project has it installed, so that npx fetches nothing. */
export function ownName(cwd: string): "npx loadctl" | "loadctl" {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules/.bin/loadctl"))) return "npx loadctl"
    if (folder === dirname(folder)) return "loadctl"
  }
}
