import { dirname, join, relative, resolve } from "node:path"

import { build } from "esbuild"

const APP = join(import.meta.dirname, "..")
const REPOSITORY = join(APP, "../..")

// What CommonJS in the bundle takes for granted, and a module does not have.
const COMMON_JS = [
  'import { createRequire as __createRequire } from "node:module"',
  "const require = __createRequire(import.meta.url)",
  "const __filename = import.meta.filename",
  "const __dirname = import.meta.dirname",
].join(";")

/** Bundles the sources and everything that they import into `outdir`; the answer names what went into it. */
export async function bundle(outdir: string): Promise<{ packages: string[] }> {
  const { metafile } = await build({
    absWorkingDir: REPOSITORY,
    // The recorder's thread stands beside the chunk that starts it.
    entryPoints: { main: join(APP, "src/main.ts"), "chunks/worker": join(APP, "src/recorder/worker.ts") },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    // The oldest that is tested; `await using` is lowered for it.
    target: "node22",
    inject: [join(import.meta.dirname, "lowered.mjs")],
    banner: { js: `${COMMON_JS};` },
    chunkNames: "chunks/[name]-[hash]",
    // Only who watches a PostgreSQL needs a client for it, and has one.
    external: ["pg"],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    logLevel: "silent",
  })
  const folders = Object.keys(metafile.inputs).flatMap((input) => packageFolder(resolve(REPOSITORY, input)))
  return { packages: [...new Set(folders)].toSorted() }
}

/** The folder of the package below node_modules that a file belongs to. */
function packageFolder(file: string): string[] {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? []
  return folder === undefined ? [] : [relative(REPOSITORY, folder)]
}

export function repositoryFile(...path: string[]): string {
  return join(REPOSITORY, ...path)
}

export function appFile(...path: string[]): string {
  return join(dirname(import.meta.dirname), ...path)
}
