#!/usr/bin/env node
// loadctl runs on Node 24, which npm installs beside it; the shell that calls it may have an older one.
import { fileURLToPath } from "node:url"
import process from "node:process"

// Taking the types out of its sources is half of what `--help` takes; Node keeps the result here.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL("../../../node_modules/.cache/node", import.meta.url),
)
process.argv.splice(2, 0, "loadctl")
await import("../../../scripts/bootstrap.mjs")
