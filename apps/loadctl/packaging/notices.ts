import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { z } from "zod"

import { repositoryFile } from "./bundle.ts"

const Package = z.object({ name: z.string(), version: z.string(), license: z.string() })

const HEAD = `# What is in this package

loadctl is under the license in LICENSE. Its bundle contains the packages below, each with the license that it came with.
k6 is no part of it: loadctl starts the k6 that is installed, which is a program of its own under AGPL-3.0
(https://github.com/grafana/k6).
`

/** The notices of bundled packages, given by their folders. Throws for one that has no license in a file or a field. */
export function renderNotices(folders: readonly string[]): string {
  // The same version may lie in several folders.
  return [HEAD, ...new Set(folders.map(notice))].join("\n")
}

function notice(folder: string): string {
  const path = repositoryFile(folder)
  const { name, version, license } = Package.parse(
    JSON.parse(readFileSync(join(path, "package.json"), "utf8")),
  )
  const files = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
    .map((entry) => entry.name)
  const texts = files.toSorted().map((file) => readFileSync(join(path, file), "utf8").trim())
  return [`## ${name} ${version} (${license})`, "", ...texts.map((text) => `${indented(text)}\n`)].join("\n")
}

/** As a block that Markdown shows as it is. */
function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.trim() === "" ? "" : `    ${line}`))
    .join("\n")
}
