// npm run package: the tarball that `npm install` takes in any folder, with everything that loadctl needs in it.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"

import { runJsonSchema } from "../src/report/schema.ts"
import { configJsonSchema } from "../src/plan/json-schema.ts"
import { withReference } from "../src/plan/key-reference.ts"
import { ASSETS, assetFile } from "../src/report/html/assets.ts"
import { appFile, bundle, repositoryFile } from "./bundle.ts"
import { packageManifest } from "./manifest.ts"
import { renderNotices } from "./notices.ts"

const DIST = repositoryFile("dist")

async function main(): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), "loadctl-package-"))
  try {
    await stage(staging)
    await refreshReference()
    await mkdir(DIST, { recursive: true })
    const { stdout } = await execa("npm", ["pack", staging, "--pack-destination", DIST, "--json"], {
      cwd: staging,
    })
    process.stdout.write(`dist/${tarballName(stdout)}\n`)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function stage(folder: string): Promise<void> {
  const inside = (...path: string[]): string => join(folder, ...path)
  const { packages } = await bundle(inside("dist"))
  await emitTypes(inside("types"))
  await mkdir(inside("schema"))
  await writeFile(inside("schema/loadctl.schema.json"), configJsonSchema())
  await writeFile(inside("schema/run.schema.json"), runJsonSchema())
  await writeFile(inside("package.json"), `${JSON.stringify(packageManifest(), null, 2)}\n`)
  await writeFile(inside("NOTICES.md"), renderNotices([...packages, "node_modules/uplot"]))
  await cp(appFile("packaging/bin"), inside("bin"), { recursive: true })
  await cp(appFile("packaging/README.md"), inside("README.md"))
  await mkdir(inside("assets"))
  for (const asset of ASSETS) await cp(assetFile(asset), inside("assets", asset))
  await cp(repositoryFile("LICENSE"), inside("LICENSE"))
  await cp(repositoryFile("packages/stack/toolchain"), inside("toolchain"), { recursive: true })
}

/** The keys in docs/loadctl.md, written anew only where the schema says otherwise. */
async function refreshReference(): Promise<void> {
  const file = repositoryFile("docs/loadctl.md")
  const text = await readFile(file, "utf8")
  const fresh = withReference(text)
  if (fresh !== text) await writeFile(file, fresh)
}

/** Types for who writes a provider of a stack. */
async function emitTypes(outDir: string): Promise<void> {
  const tsc = repositoryFile("node_modules/typescript/bin/tsc")
  const options = ["--declaration", "--emitDeclarationOnly", "--skipLibCheck", "--types", "node"]
  const compiler = ["--module", "nodenext", "--target", "es2024", "--ignoreConfig", "--outDir", outDir]
  await execa(process.execPath, [tsc, ...options, ...compiler, appFile("src/stack/provider.ts")])
}

function tarballName(stdout: string): string {
  const filename = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1]
  if (filename === undefined) throw new Error(`npm pack named no file:\n${stdout}`)
  return filename
}

await main()
