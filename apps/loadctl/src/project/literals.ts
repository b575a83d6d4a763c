import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** What the text of a script shows without being run: as far as its literals do. */
export type Literals = {
  /** Values of `name:` in tags, in the order of the text; a name that is put together at run time is not there. */
  names: string[]
  /** Whether some name is put together at run time. */
  computedNames: boolean
  /** Variables of the environment that sound like an address. */
  addressVariables: string[]
  /** Its other variables, which loadctl does not tell it. */
  otherVariables: string[]
  checks: boolean
}

const NAMED = /\btags\s*:\s*\{[^{}]*?\bname\s*:\s*(?:"([^"]+)"|'([^']+)'|`([^`]+)`|([\w.]+))/g
const ENVIRONMENT = /__ENV(?:\.(\w+)|\[["'](\w+)["']\])/g
const ADDRESS = /(^|_)(URL|URI|BASE|TARGET|ENDPOINT|ORIGIN)(_|$)/i
// `__ENV.HOST || "http://..."` and `${__ENV.HOST}/path`: what stands for an address is one, whatever its name.
const STANDS_FOR = /__ENV(?:\.(\w+)|\[["'](\w+)["']\])\s*(?:\|\||\?\?)\s*["'`]https?:/g
const BEGINS = /`\$\{\s*__ENV(?:\.(\w+)|\[["'](\w+)["']\])[^}]*\}\//g
// What loadctl and k6 set.
const PROVIDED = new Set(["TARGET_URL", "TESTID", "SCENARIO", "SCALE", "SLA_JSON", "SEEDED", "SUMMARY_PATH"])

/** Reads the script and what it imports by a relative path. A file that is not there is left out. */
export function readLiterals(script: string): Literals {
  const text = sourcesOf(script).join("\n")
  const found = [...text.matchAll(NAMED)].map(([, double, single, template, variable]) => ({
    literal: double ?? single ?? (template?.includes("${") ? undefined : template),
    computed: variable !== undefined || template?.includes("${") === true,
  }))
  const variables = namesOf(text, ENVIRONMENT).filter((name) => !PROVIDED.has(name))
  const addresses = new Set([...namesOf(text, STANDS_FOR), ...namesOf(text, BEGINS)])
  const isAddress = (name: string): boolean => ADDRESS.test(name) || addresses.has(name)
  return {
    names: [...new Set(found.flatMap(({ literal }) => literal ?? []))],
    computedNames: found.some(({ computed }) => computed),
    addressVariables: variables.filter(isAddress),
    otherVariables: variables.filter((name) => !isAddress(name)),
    checks: /\bcheck\s*\(/.test(text),
  }
}

function namesOf(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap(([, dotted, quoted]) => dotted ?? quoted ?? []))]
}

function sourcesOf(script: string): string[] {
  const seen = new Set<string>()
  const queue = [script]
  const texts: string[] = []
  for (const file of queue) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readIfThere(file)
    if (text === null) continue
    texts.push(text)
    for (const [, path] of text.matchAll(/\bfrom\s+["'](\.{1,2}\/[^"']+)["']/g)) {
      if (path !== undefined) queue.push(join(dirname(file), path))
    }
  }
  return texts
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return null
  }
}
