import { shareText } from "../../sla/text.ts"
import { warmUpText } from "../cells.ts"
import type { RunReport } from "../model.ts"
import type { Fact } from "./model.ts"

type Manifest = NonNullable<RunReport["manifest"]>

/** What is needed to repeat the run; empty when the run ended before that was saved. */
export function manifestFacts(report: RunReport): Fact[] {
  const { manifest, startedAt, finishedAt } = report
  if (!manifest) return []
  const { versions, git, hashes, seed, machine, cpu, target, influx, apiEnv, k6Env } = manifest
  return [
    fact("started", startedAt),
    fact("finished", finishedAt ?? "never"),
    fact("versions", `loadctl ${versions.loadctl}, k6 ${versions.k6 ?? "unknown"}, Node ${versions.node}`),
    fact("git", gitText(git)),
    fact("script", `SHA-256 ${hashes.script ?? "unknown"}`),
    fact("SLA", `SHA-256 ${hashes.sla}`),
    fact("warm-up", warmUpText(report) ?? "none"),
    fact("seed", seedText(seed)),
    fact("target", target),
    fact("InfluxDB", influx ?? "none"),
    fact("API environment", pairs(apiEnv)),
    fact("k6 environment", pairs(k6Env)),
    fact(
      "machine",
      `${machine.cpu}, ${machine.cores} cores, ${gigabytes(machine.memoryBytes)}, ${machine.os}`,
    ),
    ...(cpu ? [fact("CPU while it ran", cpuText(cpu))] : []),
  ]
}

function fact(name: string, text: string): Fact {
  return { name, text: text.trim() }
}

function gitText(git: Manifest["git"]): string {
  if (!git) return "no repository"
  return `${git.commit}${git.dirty ? ", with changes that are not committed" : ""}`
}

function seedText(seed: Manifest["seed"]): string {
  if (!seed) return "none"
  return `${seed.method} ${seed.path} ${seed.body ? JSON.stringify(seed.body) : ""}`
}

function pairs(env: Record<string, string>): string {
  const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return entries.length > 0 ? entries.join(" ") : "none"
}

function cpuText(cpu: NonNullable<Manifest["cpu"]>): string {
  const share = (value: number | null): string => (value === null ? "unknown" : shareText(value))
  return `k6 ${share(cpu.k6)}, busy ${share(cpu.busy)}, stolen by other guests ${share(cpu.steal)}`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
