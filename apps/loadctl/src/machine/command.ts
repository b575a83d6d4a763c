import { ownName } from "./own-name.ts"
import { redactEnv, redactUrl } from "./redact.ts"

/** What was typed, so that it can be typed again; secrets by their name are blanked, URLs lose their credentials. */
export function commandText({ argv, cwd }: { argv: readonly string[]; cwd: string }): string {
  return [ownName(cwd), ...argv.map((word, index) => quoted(shown(word, argv[index - 1])))].join(" ")
}

/** What was given to the script by `-e` may be anything, so only its name is shown. */
function shown(word: string, before: string | undefined): string {
  const [, flag = "", name] = /^(-e)?([A-Za-z_][A-Za-z0-9_]*)=/s.exec(word) ?? []
  if (name !== undefined && (flag !== "" || before === "-e")) return `${flag}${name}=(hidden)`
  return redacted(word)
}

function redacted(word: string): string {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? []
  if (name === undefined || value === undefined) return redactUrl(word)
  return `${name}=${redactEnv({ [name]: value })[name] ?? ""}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
