// A process for the tests to kill: starts a stack of the services named in its arguments, says where, and waits.
import process from "node:process"

import { startStack } from "../src/start.ts"
import { SERVICES } from "../src/unit.ts"

const stop = new AbortController()
process.on("SIGTERM", () => stop.abort())
const stack = await startStack({
  env: process.env,
  services: SERVICES.filter((service) => process.argv.includes(service)),
  signal: stop.signal,
})
process.stdout.write(`${stack.dir}\n`)
stop.signal.addEventListener("abort", () => void stack.stop())
