import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { BootstrapError } from "./error.mjs"
import { NODE, ROOT } from "./paths.mjs"
import { ensure } from "./step.mjs"

const GENERATED = join(ROOT, "apps/api/src/generated")
const CLIENT = join(GENERATED, "prisma/client.ts")
// Beside the client, because generating empties its folder.
const MARKER = join(GENERATED, "prisma.sha256")
const SOURCES = ["prisma/schema.prisma", "prisma.config.ts", "node_modules/prisma/package.json"]

/** Generates the Prisma client from the schema, unless it is there already. */
export async function ensureClient() {
  await ensure({ title: "Generating the Prisma client", isDone: isGenerated, run: generate })
}

function isGenerated() {
  return existsSync(CLIENT) && existsSync(MARKER) && readFileSync(MARKER, "utf8") === fingerprint()
}

async function generate() {
  const before = fingerprint()
  const { status, stdout, stderr } = spawnSync(
    NODE,
    [join(ROOT, "node_modules/prisma/build/index.js"), "generate"],
    {
      cwd: ROOT,
      encoding: "utf8",
    },
  )
  if (status !== 0) {
    throw new BootstrapError(
      3,
      `Prisma could not generate its client:\n${stderr}${stdout}`.trimEnd(),
      "npx prisma generate",
    )
  }
  writeFileSync(MARKER, before)
}

function fingerprint() {
  const hash = createHash("sha256")
  for (const source of SOURCES) hash.update(readFileSync(join(ROOT, source)))
  return hash.digest("hex")
}
