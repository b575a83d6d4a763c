import process from "node:process"

import { inject } from "vitest"

const HOOK = `--import=${new URL("./child-hook.mjs", import.meta.url).href}`

// Processes and worker threads that a test starts load their own source, which vitest never transforms.
const mutation = inject("mutationFile")
if (mutation !== undefined) {
  const { env } = process
  env["MUTATION"] = mutation
  env["NODE_OPTIONS"] = [env["NODE_OPTIONS"], HOOK].filter(Boolean).join(" ")
}
