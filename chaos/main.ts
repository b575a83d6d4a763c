#!/usr/bin/env node
import { dirname } from "node:path"
import process from "node:process"

import { processIo } from "@saleproof/command/io.ts"

import { runChaos } from "./cli.ts"

process.exitCode = await runChaos(process.argv.slice(2), processIo(dirname(import.meta.dirname)))
