import { usageError } from "../errors.ts"
import { hasCredentials, isSecretName } from "../machine/redact.ts"
import { fromSecret } from "./model.ts"
import type { PodEnv } from "./model.ts"

const VARIABLE = /\$\{(\w+)\}/g
/** What the pods get without a Secret. */
const PROVIDED = new Set(["TARGET_URL", "TESTID"])

export type SplitEnv = {
  /** For the archive, which anyone with read access to the ConfigMap may read. */
  plain: Record<string, string>
  /** For the pods' environment: the Secret's keys, then the variables that are made of them. */
  pods: PodEnv[]
  /** Keys that the Secret must have. */
  keys: string[]
}

/**
 * Parts the script's variables by who may see them: one with `${NAME}` is put together in the pod, of a key of the
 * Secret. Throws a usage error for a secret that stands in the file as it is.
 */
export function splitSecrets(env: Record<string, string>, secret: string): SplitEnv {
  const literal = Object.entries(env).flatMap(([name, value]) =>
    (isSecretName(name) || hasCredentials(value)) && variablesOf(value).length === 0 ? [name] : [],
  )
  if (literal.length > 0) {
    throw usageError(
      `${literal.join(", ")}: a secret that stands in loadctl.yaml would be in the manifests.`,
      `env: { ${literal[0]}: "\${${literal[0]}}" } lets the pods take it from the Secret ${secret}.`,
    )
  }
  const held = Object.entries(env).filter(([, value]) => variablesOf(value).length > 0)
  const keys = [...new Set(held.flatMap(([, value]) => variablesOf(value)))]
  // A variable that is nothing but the Secret's key of the same name is there already.
  const made = held.filter(([name, value]) => value !== `\${${name}}`)
  return {
    plain: Object.fromEntries(Object.entries(env).filter(([, value]) => variablesOf(value).length === 0)),
    pods: [
      ...keys.map((key) => fromSecret(key, secret, key)),
      // Kubernetes puts in what was defined before.
      ...made.map(([name, value]) => ({ name, value: value.replaceAll(VARIABLE, "$($1)") })),
    ],
    keys,
  }
}

/** The variables of the environment in a template that only a Secret knows. */
export function variablesOf(template: string | undefined): string[] {
  const names = [...(template ?? "").matchAll(VARIABLE)].flatMap(([, name]) => name ?? [])
  return names.filter((name) => !PROVIDED.has(name))
}
