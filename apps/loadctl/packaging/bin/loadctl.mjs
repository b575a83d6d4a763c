#!/usr/bin/env node
// This file has to parse on old versions of Node, which it explains itself to.
import process from "node:process"

const OLDEST = 22

if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  process.stderr.write(
    "error: This is Node " +
      process.versions.node +
      ", and loadctl needs " +
      OLDEST +
      " or newer.\n" +
      "  → install a current Node (https://nodejs.org/en/download), then repeat the command\n",
  )
  process.exitCode = 3
} else {
  import("../dist/main.js").catch((error) => {
    process.stderr.write("This is a bug in loadctl: " + (error.stack || error) + "\n")
    process.exitCode = 1
  })
}
