import { readFileSync } from "node:fs"

import { z } from "zod"

import { appFile } from "./bundle.ts"

const Own = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  description: z.string(),
})

/** The package's own package.json: the workspace's name and version, and nothing that npm would have to fetch. */
export function packageManifest() {
  const own = Own.parse(JSON.parse(readFileSync(appFile("package.json"), "utf8")))
  return {
    ...own,
    keywords: ["load testing", "performance", "k6", "sla", "cli"],
    type: "module",
    bin: { loadctl: "bin/loadctl.mjs" },
    types: "./types/provider.d.ts",
    exports: {
      ".": { types: "./types/provider.d.ts" },
      "./schema/*.json": "./schema/*.json",
      "./package.json": "./package.json",
    },
    engines: { node: ">=22" },
  }
}
