import { readFile } from "node:fs/promises"
import { join } from "node:path"

import type { Bug, Patch } from "./bug.ts"

/** The source with every patch of `file` applied; throws when one does not fit exactly once. */
export function patched(source: string, patches: readonly Patch[]): string {
  return patches.reduce((text, { file, find, replace }) => {
    const places = text.split(find).length - 1
    if (places !== 1) throw new Error(`A mutation fits ${places} times into ${file}, not once: ${find}`)
    return text.replace(find, () => replace)
  }, source)
}

/** Fails with what no longer fits the source under `root`. */
export async function checkFit(root: string, { patches }: Bug): Promise<void> {
  for (const [file, own] of Map.groupBy(patches, (patch) => patch.file)) {
    patched(await readFile(join(root, file), "utf8"), own)
  }
}

/** Rewrites the source while the tests load it; `applied` are the files in which that has happened. */
export function createMutation(root: string, patches: readonly Patch[]) {
  const byPath = Map.groupBy(patches, ({ file }) => join(root, file))
  const applied = new Set<string>()
  const plugin = {
    name: "mutation",
    enforce: "pre" as const,
    transform(code: string, id: string) {
      const own = byPath.get(id)
      if (!own) return undefined
      applied.add(id)
      return { code: patched(code, own), map: null }
    },
  }
  return { plugin, isApplied: () => applied.size === byPath.size }
}
