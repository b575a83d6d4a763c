import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
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

/**
 * Rewrites the source while the tests load it, or the programs that they start, for which `file` names the patches;
 * `isApplied` once that has happened to every file.
 */
export async function createMutation(root: string, patches: readonly Patch[]) {
  const byPath = Map.groupBy(patches, ({ file }) => join(root, file))
  const applied = new Set<string>()
  const folder = await mkdtemp(join(tmpdir(), "mutation-"))
  const file = join(folder, "patches.json")
  await writeFile(file, JSON.stringify(Object.fromEntries(byPath)))
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
  const isApplied = async (): Promise<boolean> => {
    const loaded = await readFile(`${file}.loaded`, "utf8").catch(() => "")
    return new Set([...applied, ...loaded.split("\n").filter(Boolean)]).size === byPath.size
  }
  return {
    plugin,
    file,
    isApplied,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
