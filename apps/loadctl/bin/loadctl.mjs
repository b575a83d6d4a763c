#!/usr/bin/env node
// loadctl runs on Node 24, which npm installs beside it; the shell that calls it may have an older one.
import process from "node:process"

process.argv.splice(2, 0, "loadctl")
await import("../../../scripts/bootstrap.mjs")
