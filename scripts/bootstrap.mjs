// The first thing that runs on a fresh clone, on whatever Node is there: this file has to parse on old ones.
import process from "node:process"

const OLDEST = 20
const major = Number(process.versions.node.split(".")[0])

if (major < OLDEST) {
  process.stderr.write(
    "This is Node " +
      process.versions.node +
      ", and the installation needs " +
      OLDEST +
      " or newer.\n" +
      "  → install a current Node (https://nodejs.org/en/download), then repeat the command\n",
  )
  process.exitCode = 3
} else {
  void import("./bootstrap/main.mjs").then((bootstrap) => bootstrap.main(process.argv.slice(2)))
}
