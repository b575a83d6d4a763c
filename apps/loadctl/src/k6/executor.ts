/**
 * Whether load arrives by itself (open) or each user waits for its answers before it asks again (closed), from what
 * k6 prints about its scenarios when it starts. Null when they differ, or the output does not say.
 */
export function readLoadModel(output: string, scenarios: readonly string[]): "open" | "closed" | null {
  const models = new Set(
    scenarios.map((name) => {
      const line = output.split("\n").find((text) => text.trimStart().startsWith(`* ${name}: `))
      if (line === undefined) return null
      // "* rush: 50.00 iterations/s for 1m0s (...)", "* ramp: Up to 50.00 iterations/s for ..."
      return /\biterations\/s for\b/.test(line) ? "open" : "closed"
    }),
  )
  const [model = null] = models
  return models.size === 1 ? model : null
}
