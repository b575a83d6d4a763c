import { createHash } from "node:crypto"
import { arch, cpus, platform, release, totalmem } from "node:os"
import { resolve } from "node:path"

import { execa } from "execa"
import type { RunPlan } from "../plan/plan.ts"
import { redactScriptEnv } from "./redact-plan.ts"
import { redactEnv, redactUrl } from "./redact.ts"
import { loadctlVersion } from "./version.ts"
import { readScript } from "./script.ts"

/** What is needed to repeat a run and to know whether two runs may be compared; `manifest.json` of a run. */
export type Manifest = {
  schema: "saleproof.manifest/1"
  versions: { loadctl: string; k6: string | null; node: string }
  git: { commit: string; dirty: boolean } | null
  /** SHA-256 of the script with everything it imports from its own folders, and of the SLA. */
  hashes: { script: string | null; sla: string }
  seed: RunPlan["seed"]
  /** What the target said when it was seeded, as far as the script gets to see it. */
  seeded: unknown
  /** What the target was warmed by before it was seeded; in no figure. Null when it was not. */
  warmUp: WarmUp | null
  target: string
  influx: string | null
  apiEnv: Record<string, string>
  k6Env: Record<string, string>
  machine: { cpu: string; cores: number; memoryBytes: number; os: string }
}

export type WarmUp = { scenario: string; iterations: number; seconds: number; k6ExitCode: number | null }

export type ManifestInput = {
  root: string
  plan: RunPlan
  k6Version: string | null
  seeded: unknown
  warmUp: WarmUp | null
  target: string
  influx: string | null
}

/** Describes the machine and the sources. Values that look like secrets are blanked. */
export async function makeManifest({
  root,
  plan,
  k6Version,
  seeded,
  warmUp,
  target,
  influx,
}: ManifestInput): Promise<Manifest> {
  const processors = cpus()
  return {
    schema: "saleproof.manifest/1",
    versions: { loadctl: loadctlVersion(), k6: k6Version, node: process.version },
    git: await gitState(root),
    hashes: { script: hashScript(resolve(root, plan.script)), sla: sha256(JSON.stringify(plan.sla)) },
    seed: plan.seed,
    seeded,
    warmUp,
    target: redactUrl(target),
    influx: influx === null ? null : redactUrl(influx),
    apiEnv: redactEnv(plan.apiEnv),
    k6Env: withKnown(redactScriptEnv(plan), { TARGET_URL: redactUrl(target), TESTID: plan.runId }),
    machine: {
      cpu: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memoryBytes: totalmem(),
      os: `${platform()} ${release()} ${arch()}`,
    },
  }
}

/** With the values that are not secret; variables of the shell stay names, because they may be secrets. */
function withKnown(env: Record<string, string>, known: Record<string, string>): Record<string, string> {
  const filled = Object.entries(env).map(
    ([name, value]) =>
      [name, value.replaceAll(/\$\{(\w+)\}/g, (text, variable: string) => known[variable] ?? text)] as const,
  )
  return Object.fromEntries(filled)
}

async function gitState(root: string): Promise<Manifest["git"]> {
  const git = (...args: string[]) => execa("git", args, { cwd: root, reject: false, timeout: 5_000 })
  const [head, status] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")])
  if (head.exitCode !== 0) return null
  return { commit: head.stdout, dirty: status.stdout.trim() !== "" }
}

/** Of the script and of the files that it imports by a relative path. */
export function hashScript(entry: string): string | null {
  const sources = readScript(entry)
  if (sources === null) return null
  const hash = createHash("sha256")
  for (const source of sources) hash.update(source)
  return hash.digest("hex")
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}
