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
  const code = sources
    .map((source) => source.replace(STRINGS_AND_COMMENTS, (found) => (found.startsWith("/") ? " " : found)))
    .join("\n")
  const declared = new Set(Array.from(code.matchAll(DECLARATION), ([, , name]) => name))
  const isNamed = (metric: string) => ["'", '"', "`"].some((quote) => code.includes(quote + metric + quote))
  return metrics.filter((metric) => (COMPUTED_NAME.test(code) ? isNamed(metric) : declared.has(metric)))
}

const NUMBER = /^\d+(?:\.\d+)?$/

/** How long the script thinks at once, at most, ms: 0 where it never does, Infinity where its sources do not say. */
export function longestThought(sources: readonly string[] | null): number {
  const all = sources?.join("\n") ?? "setTimeout("
  if (/\bsetTimeout\s*\(/.test(all)) return Infinity
  const sleeps = [...all.matchAll(/\bsleep\s*\(([^)]*)\)?/g)].map(([, argument = ""]) =>
    NUMBER.test(argument.trim()) ? Number(argument) * 1_000 : Infinity,
  )
  return Math.max(0, ...sleeps)
}

function readSource(file: string): string | null {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return null
  }
}
