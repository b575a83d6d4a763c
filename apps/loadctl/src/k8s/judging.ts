import { stringify } from "yaml"

import { usageError } from "../errors.ts"
import { redactPlan } from "../machine/redact-plan.ts"
import { isSecretName } from "../machine/redact.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Config } from "../plan/schema.ts"
import { fromSecret } from "./model.ts"
import type { Judging } from "./model.ts"
import { variablesOf } from "./secrets.ts"

type Input = {
  config: Config
  plan: RunPlan
  targetUrl: string
  influx: { url: string; database: string }
  secret: string
  image: string
}

/** What the Job that judges needs of the file: where to look. What is owed stands in the plan. */
export function judging({ config, plan, targetUrl, influx, secret, image }: Input): Judging {
  const { ready } = config.target
  const file = {
    target: { url: targetUrl, ready },
    script: plan.script,
    influx: { url: influx.url, database: influx.database },
    ...(config.audit ? { audit: config.audit } : {}),
    scenarios: { [plan.scenario]: {} },
  }
  const literal = Object.entries(config.audit?.headers ?? {}).filter(
    ([name, value]) => isSecretName(name) && variablesOf(value).length === 0,
  )
  if (literal.length > 0) {
    throw usageError(
      `audit.headers: ${literal.map(([name]) => name).join(", ")} stands in loadctl.yaml and would be in the manifests.`,
      `"Bearer \${AUDIT_TOKEN}" lets the pod take it from the Secret ${secret}.`,
    )
  }
  const keys = [...new Set(Object.values(config.audit?.headers ?? {}).flatMap(variablesOf))]
  return {
    image,
    targetUrl,
    files: {
      "loadctl.yaml": stringify(file),
      "plan.json": `${JSON.stringify(redactPlan(plan), null, 2)}\n`,
    },
    env: keys.map((key) => fromSecret(key, secret, key)),
  }
}
