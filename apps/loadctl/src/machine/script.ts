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

/** Which of these metrics the sources name in quotes: declared there, though k6 may never see a value of them. */
export function declaredIn(sources: readonly string[], metrics: readonly string[]): string[] {
  return metrics.filter((metric) =>
    ["'", '"', "`"].some((quote) => sources.some((source) => source.includes(`${quote}${metric}${quote}`))),
  )
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
