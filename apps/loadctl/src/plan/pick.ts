import { usageError } from "../errors.ts"
import { didYouMean } from "../suggest.ts"
import type { Config } from "./schema.ts"

/** The entry of that name. Throws a usage error that says what was perhaps meant, and what there is. */
export function pick<T>(known: Record<string, T>, name: string, kind: string): T {
  const found = Object.hasOwn(known, name) ? known[name] : undefined
  if (found !== undefined) return found
  const names = Object.keys(known)
  throw usageError(
    `There is no ${kind} "${name}"${didYouMean(name, names)}.`,
    names.length > 0 ? `loadctl.yaml has: ${names.join(", ")}` : `loadctl.yaml has no ${kind}s.`,
  )
}

/** The one that is named, or all of them. */
export function pickScenarios({ scenarios }: Pick<Config, "scenarios">, name: string | undefined): string[] {
  if (name === undefined) return Object.keys(scenarios)
  pick(scenarios, name, "scenario")
  return [name]
}

/** The scenarios of a suite, or those that are named, or the only one. */
export function pickSuite(
  config: Pick<Config, "scenarios" | "suites">,
  { suite, scenario = [] }: { suite?: string; scenario?: readonly string[] },
): string[] {
  if (suite === undefined) {
    return scenario.length === 0
      ? [pickScenario(config, undefined)]
      : scenario.map((name) => pickScenario(config, name))
  }
  if (scenario.length > 0) throw usageError("--suite and --scenario contradict each other.")
  return pick(config.suites, suite, "suite")
}

/** The one that is named, or the only one that there is. Throws a usage error where that is not clear. */
export function pickScenario({ scenarios }: Pick<Config, "scenarios">, name: string | undefined): string {
  const names = Object.keys(scenarios)
  const [only] = names
  if (name === undefined && names.length === 1 && only !== undefined) return only
  if (name === undefined)
    throw usageError("--scenario NAME is needed.", `loadctl.yaml has: ${names.join(", ")}`)
  pick(scenarios, name, "scenario")
  return name
}
