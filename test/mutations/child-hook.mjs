import { appendFileSync, readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import process from "node:process"
import { fileURLToPath } from "node:url"

/**
 * Mutates the source of what a test starts as a process or a worker thread of its own: for `node --import`. The file that
 * MUTATION names holds the patches by absolute path; each path that was loaded is appended to the file beside it.
 */
const file = process.env["MUTATION"] ?? ""
/** @type {Record<string, { find: string, replace: string }[]>} */
const patches = JSON.parse(readFileSync(file, "utf8"))

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const path = url.startsWith("file:") ? fileURLToPath(url) : ""
    const own = patches[path]
    if (own === undefined) return loaded
    appendFileSync(`${file}.loaded`, `${path}\n`)
    const source = own.reduce(
      (text, { find, replace }) => text.replace(find, () => replace),
      readFileSync(path, "utf8"),
    )
    return { ...loaded, source }
  },
})
