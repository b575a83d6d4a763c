import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** The sources of a script and, one after the other, of what it imports by a relative path; null if one is missing. */
export function readScript(entry: string): string[] | null {
  const seen = new Set<string>()
  const sources: string[] = []
  const queue = [entry]
  for (const file of queue) {
    if (seen.has(file)) continue
    seen.add(file)
    const source = readSource(file)
    if (source === null) return null
    sources.push(source)
    for (const [, path] of source.matchAll(/\bfrom\s+["'](\.{1,2}\/[^"']+)["']/g)) {
      queue.push(join(dirname(file), path!))
    }
  }
  return sources
}

// Strings are matched too, so that what looks like a comment inside of one stays.
const STRINGS_AND_COMMENTS =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/.*/g
const DECLARATION = /\bnew\s+[\w.]+\s*\(\s*(["'`])(\w+)\1/g
const COMPUTED_NAME = /\bnew\s+[\w.]*(?:Counter|Gauge|Rate|Trend)\s*\(\s*[^"'`\s]/

/**
 * Which of these metrics the sources declare, though k6 may never see a value of them: `new Counter("name")`. Where a
 * script makes metrics of names that it holds elsewhere, any string that is the name will do; a comment never does.
 */
export function declaredIn(sources: readonly string[], metrics: readonly string[]): string[] {
  const code = withoutComments(sources)
  const declared = new Set(Array.from(code.matchAll(DECLARATION), ([, , name]) => name))
  const isNamed = (metric: string) => ["'", '"', "`"].some((quote) => code.includes(quote + metric + quote))
  return metrics.filter((metric) => (COMPUTED_NAME.test(code) ? isNamed(metric) : declared.has(metric)))
}

function withoutComments(sources: readonly string[]): string {
  return sources
    .map((source) => source.replace(STRINGS_AND_COMMENTS, (found) => (found.startsWith("/") ? " " : found)))
    .join("\n")
}

// What makes a pause shorter, or is a number of its own that the text does not show.
const SHARES = new Set([
  "Math",
  "random",
  "min",
  "max",
  "floor",
  "round",
  "ceil",
  "randomIntBetween",
  "Number",
])

/** How long the script thinks at once, at most, ms: 0 where it never does, Infinity where its sources do not say. */
export function longestThought(sources: readonly string[] | null): number {
  if (sources === null) return Infinity
  const all = withoutComments(sources)
  if (/\bsetTimeout\s*\(/.test(all)) return Infinity
  const calls = all.matchAll(/\bsleep\s*\(((?:[^()]|\([^()]*\))*)\)?/g)
  return Math.max(0, ...[...calls].map(([, argument = ""]) => longestOf(argument, all) * 1_000))
}

/** The most that an argument can come to by the numbers in it, added or multiplied; Infinity where it names others. */
function longestOf(argument: string, source: string): number {
  if (/\*\*|\de/i.test(argument)) return Infinity
  const names = [...argument.matchAll(/(?<![\w.])[A-Za-z_$][\w$]*(?:\.[\w$]+)*/g)].map(([name]) => name)
  const others = names.flatMap((name) => name.split(".")).filter((name) => !SHARES.has(name))
  const named = others.map((name) => constantIn(source, name))
  const numbers = [...argument.matchAll(/(?<![\w$])\d[\d_]*(?:\.\d+)?|(?<![\w$])\.\d+/g)].map(([text]) =>
    Number(text.replaceAll("_", "")),
  )
  const all = [...numbers, ...named]
  if (all.length === 0) return Infinity
  return Math.max(
    all.reduce((sum, number) => sum + number, 0),
    all.reduce((product, number) => product * number, 1),
  )
}

/** The number that a name stands for, where the source gives it just one. */
function constantIn(source: string, name: string): number {
  const found = [
    ...source.matchAll(new RegExp(`\\bconst\\s+${name.replaceAll("$", "\\$")}\\s*=\\s*([^;\\n]+)`, "g")),
  ]
  const [, value = ""] = found.length === 1 ? found[0]! : []
  return /^\d[\d_]*(?:\.\d+)?\s*(?:\/\/.*)?$/.test(value)
    ? Number.parseFloat(value.replaceAll("_", ""))
    : Infinity
}

function readSource(file: string): string | null {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return null
  }
}
