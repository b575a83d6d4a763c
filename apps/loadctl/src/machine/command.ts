import { redactEnv, redactUrl } from "./redact.ts"

/** What was typed, as anybody can type it again; secrets by their name are blanked, URLs lose their credentials. */
export function commandText(argv: readonly string[]): string {
  return ["npx loadctl", ...argv.map((word) => quoted(redacted(word)))].join(" ")
}

function redacted(word: string): string {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? []
  if (name === undefined || value === undefined) return redactUrl(word)
  return `${name}=${redactEnv({ [name]: value })[name] ?? ""}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
