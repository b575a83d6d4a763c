import { existsSync } from "node:fs"
import { dirname, join } from "node:path"

// Prose that begins a sentence with the name goes on with another word.
const COMMAND =
  /(?<![\w-]|npx )loadctl (?=(?:run|report|runs|compare|ab|capacity|export|list|audit|up|down|status|doctor|init|check|completion)\b)/g

/** The same text with its commands as they are typed in that folder. */
export function asTyped(text: string, cwd: string): string {
  return text.replaceAll(COMMAND, `${ownName(cwd)} `)
}

/** How loadctl is called from that folder: by npx only where a project has it installed, so that npx fetches nothing. */
export function ownName(cwd: string): "npx loadctl" | "loadctl" {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules/.bin/loadctl"))) return "npx loadctl"
    if (folder === dirname(folder)) return "loadctl"
  }
}
