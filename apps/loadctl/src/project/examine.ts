import { existsSync } from "node:fs"
import { resolve } from "node:path"

import { mergeSla, resolveSla } from "@saleproof/sla/resolve.ts"
import { findK6 } from "@saleproof/stack/provide/k6.ts"

import type { LoadedConfig } from "../config.ts"
import type { Io } from "../io.ts"
import { pickScenarios } from "../plan/pick.ts"
import type { Config } from "../plan/schema.ts"
import type { Finding } from "../stack/provider.ts"
import { scriptEnv } from "../run/load.ts"
import { didYouMean } from "../suggest.ts"
import { inspectScript } from "./inspect.ts"
import type { UnreadScript } from "./inspect.ts"
import { readLiterals } from "./literals.ts"
import { tryPlan } from "./try-plan.ts"

type Examining = {
  io: Pick<Io, "env" | "interrupted">
  only: string | undefined
  /** Variables of the script, from the command line. */
  variables: Record<string, string>
}

/** What k6 and the text of the scripts say about the scenarios of the file; nothing where there is no k6. */
export async function examineScenarios(loaded: LoadedConfig, examining: Examining): Promise<Finding[]> {
  const { config, root } = loaded
  const { io, only } = examining
  const { path: binary } = await findK6(io.env)
  const names = pickScenarios(config, only)
  const scripts = new Map<string, string[]>()
  for (const name of names) {
    const script = resolve(root, scriptOf(config, name))
    scripts.set(script, [...(scripts.get(script) ?? []), name])
  }
  const found: Finding[] = []
  for (const [script, scenarios] of scripts) {
    if (!existsSync(script)) continue
    if (binary) found.push(...(await scenarioFindings({ loaded, binary, script, scenarios, examining })))
    found.push(...nameFindings(script, listedIn(config, scenarios)))
  }
  return found
}

/** Whether one of them is a mistake in the file, no lack of the machine. */
export function wrongFindings(findings: readonly Finding[]): boolean {
  return findings.some(({ state }) => state === "missing")
}

type Inspected = {
  loaded: LoadedConfig
  binary: string
  script: string
  scenarios: readonly string[]
  examining: Examining
}

async function scenarioFindings({
  loaded,
  binary,
  script,
  scenarios,
  examining,
}: Inspected): Promise<Finding[]> {
  const { config, root } = loaded
  const { io, variables } = examining
  const findings: Finding[] = []
  for (const name of scenarios) {
    const plan = tryPlan(config, name, variables)
    const scriptVariables = scriptEnv({ plan, targetUrl: config.target.url, seeded: null, env: io.env })
    const asked = {
      binary,
      script,
      cwd: root,
      variables: scriptVariables,
      env: io.env,
      signal: io.interrupted,
    }
    const inspected = await inspectScript(asked)
    if ("scenarios" in inspected) {
      const known = inspected.scenarios.map((scenario) => scenario.name)
      findings.push(scenarioFinding(name, plan.k6Scenarios, known))
    } else {
      findings.push(unreadFinding(name, inspected, config))
      if (!inspected.thrown) break
    }
  }
  return findings
}

/** What a script throws for want of the seed's answer is no mistake: only a run has it. */
function unreadFinding(name: string, unread: UnreadScript, { seed }: Config): Finding {
  const title = "Scenario"
  const reason = unread.refused.trim().replaceAll(/\s*\n\s*/g, " ")
  if (unread.thrown && seed !== undefined)
    return {
      title,
      state: "optional",
      detail: `${name}: k6 cannot read the script before the seed: ${reason}`,
    }
  const detail = `${name}: k6 cannot read the script: ${reason}`
  return unread.thrown
    ? {
        title,
        state: "missing",
        detail,
        fix: "-e KEY=VALUE, or env: in loadctl.yaml, for what it needs of __ENV",
      }
    : { title, state: "missing", detail }
}

function scenarioFinding(name: string, wanted: readonly string[], known: readonly string[]): Finding {
  const title = "Scenario"
  const absent = wanted.filter((one) => !known.includes(one))
  const others = known.filter((one) => !wanted.includes(one))
  const also = others.length === 0 ? "" : `; k6 runs ${others.join(", ")} too, in no figure`
  if (absent.length === 0) return { title, state: "ok", detail: `${name}${also}` }
  const guess = didYouMean(absent[0] ?? "", known)
  return {
    title,
    state: "missing",
    detail: `${name}: the script has no scenario ${absent.join(", ")}${guess}; it has ${known.join(", ")}`,
    fix: `scenarios: { ${name}: { k6Scenarios: [${known.join(", ")}] } }`,
  }
}

/** The endpoints that any of these scenarios must see. */
function listedIn({ sla, scenarios }: Config, names: readonly string[]): string[] {
  const listed = names.flatMap((name) =>
    Object.keys(resolveSla(mergeSla([sla, scenarios[name]?.sla])).endpoints),
  )
  return [...new Set(listed)]
}

/** Endpoints of the file that no literal of the script names. */
function nameFindings(script: string, listed: readonly string[]): Finding[] {
  const title = "Endpoints"
  const { names, computedNames } = readLiterals(script)
  const absent = listed.filter((name) => !names.includes(name))
  if (listed.length === 0) {
    const detail = names.length > 0 ? `${names.join(", ")}, each owes sla.each` : "those that k6 sees"
    return [{ title, state: "ok", detail }]
  }
  if (absent.length === 0) return [{ title, state: "ok", detail: listed.join(", ") }]
  if (computedNames || names.length === 0) {
    const detail = `${absent.join(", ")}: not in the script's text, which puts names together at run time`
    return [{ title, state: "optional", detail }]
  }
  return absent.map((name) => ({
    title,
    state: "optional",
    detail: `${name}: no literal of the script names it${didYouMean(name, names)}; one that is never called makes the run invalid`,
  }))
}

function scriptOf(config: Config, name: string): string {
  const script = config.scenarios[name]?.script ?? config.script
  if (script === undefined) throw new Error(`scenario ${name} has no script`)
  return script
}
