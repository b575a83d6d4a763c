import { configKeys } from "./json-schema.ts"
import type { Key } from "./json-schema.ts"
import { keyDoc } from "./key-docs.ts"

/** Where docs/loadctl.md has the reference. */
export const REFERENCE_START = "<!-- keys: made from the schema by npm run package -->"
export const REFERENCE_END = "<!-- end of keys -->"

/** Every key of loadctl.yaml as a Markdown table; what overlays share with the top is there once. */
export function keyReference(): string {
  const seen = new Set<string>()
  const rows = configKeys().flatMap((key) => {
    if (isRepeated(key.path) || seen.has(key.path)) return []
    seen.add(key.path)
    return [`| \`${key.path}\` | ${defaultText(key)} | ${cell(keyDoc(key.path) ?? "")} |`]
  })
  return ["| key | default | what it is for |", "| --- | --- | --- |", ...rows].join("\n")
}

/** The text of docs/loadctl.md with the reference put in. */
export function withReference(markdown: string): string {
  const [before, rest] = markdown.split(REFERENCE_START)
  const [, after] = rest?.split(REFERENCE_END) ?? []
  if (before === undefined || after === undefined)
    throw new Error("docs/loadctl.md has no place for the keys")
  return `${before}${REFERENCE_START}\n\n${keyReference()}\n\n${REFERENCE_END}${after}`
}

/** Limits stand under each, overall and every endpoint; overlays under personas, variants and scenarios. */
function isRepeated(path: string): boolean {
  return (
    /^(?:personas|variants)\.\*\./.test(path) ||
    path.startsWith("scenarios.*.sla.") ||
    /^sla\.(?:overall|endpoints\.\*)\./.test(path) ||
    /\.(?:limit|level)$/.test(path.replace(/(?:expect|metrics)\[\]\.level$/, ""))
  )
}

function defaultText({ schema, required }: Key): string {
  if (required) return "needed"
  return schema.default === undefined ? "" : `\`${JSON.stringify(schema.default)}\``
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|")
}
