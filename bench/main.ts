#!/usr/bin/env node
import { dirname } from "node:path"
import process from "node:process"

import { runBench } from "./cli.ts"

const interrupted = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort())

process.exitCode = await runBench(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  root: dirname(import.meta.dirname),
  interrupted: interrupted.signal,
})
