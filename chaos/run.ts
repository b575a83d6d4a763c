import { cpuShares, readCpuTimes } from "@saleproof/loadctl/machine/cpu.ts"

import type { Fault } from "./faults/fault.ts"
import { createRandom } from "./random.ts"
import { reportExperiment, summarize } from "./report/report.ts"
import type { FaultReport } from "./report/report.ts"
import { whyNoSmallDisk } from "./environment/disk.ts"
import { startEnvironment } from "./environment/environment.ts"
import type { Environment } from "./environment/environment.ts"
import type { Pace } from "./experiment/pace.ts"
import { runExperiment } from "./experiment/run.ts"

export type RunOptions = {
  faults: readonly Fault[]
  seed: string
  pace: Pace
  /** Orders of the history beside which each fault is injected. */
  historyOrders?: number | undefined
  env: NodeJS.ProcessEnv
  /** Another program instead of the shop; only a test of a defective shop brings one. */
  entry?: string | undefined
  signal: AbortSignal
  onProgress?: (text: string) => void
  onBegin: (fault: Fault, index: number) => void
  onEnd: (report: FaultReport) => void
}

/** Runs one experiment per fault, in one environment as long as it fits; an interruption ends it early. */
export async function runExperiments(options: RunOptions): Promise<FaultReport[]> {
  const { faults, signal, onBegin, onEnd } = options
  const reports: FaultReport[] = []
  const environments = createEnvironments(options)
  try {
    for (const [index, fault] of faults.entries()) {
      if (signal.aborted) break
      onBegin(fault, index)
      const before = readCpuTimes()
      const outcome = await experimentOn(fault, { ...options, environments })
      if (!outcome) break
      const report = { ...outcome, cpu: cpuShares(before, readCpuTimes()) }
      reports.push(report)
      onEnd(report)
    }
  } finally {
    await environments.clear()
  }
  return reports
}

type Environments = ReturnType<typeof createEnvironments>

/** Undefined when it was interrupted. */
async function experimentOn(
  fault: Fault,
  options: RunOptions & { environments: Environments },
): Promise<Omit<FaultReport, "cpu"> | undefined> {
  const { environments, seed, pace, signal, historyOrders, onProgress } = options
  const startedAt = Date.now()
  const base = { fault: fault.name, title: fault.title, violations: [] }
  const reason = fault.diskMb === undefined ? undefined : await whyNoSmallDisk()
  if (reason !== undefined)
    return { ...base, verdict: "not possible", reason, tookMs: Date.now() - startedAt }
  try {
    const environment = await environments.startFor(fault)
    const random = createRandom(`${seed}/${fault.name}`)
    const result = await runExperiment({
      fault,
      environment,
      pace,
      random,
      signal,
      historyOrders,
      ...(onProgress && { onProgress }),
    })
    return reportExperiment(fault, result, Date.now() - startedAt)
  } catch (error) {
    await environments.clear()
    if (signal.aborted) return undefined
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const violations = summarize([{ check: "fault", detail }])
    return { ...base, verdict: "violated", violations, tookMs: Date.now() - startedAt }
  }
}

/** Keeps one environment up for as long as the faults fit it. */
function createEnvironments({ env, entry }: Pick<RunOptions, "env" | "entry">) {
  let current: { environment: Environment; diskMb: number | undefined; usedUp: boolean } | undefined

  async function clear(): Promise<void> {
    const last = current
    current = undefined
    await last?.environment.stop()
  }

  return {
    clear,
    async startFor({ diskMb, replication }: Fault): Promise<Environment> {
      if (!current || current.diskMb !== diskMb || current.usedUp || replication) await clear()
      // A standby takes over once.
      const usedUp = replication !== undefined
      current ??= { environment: await startEnvironment({ env, diskMb, replication, entry }), diskMb, usedUp }
      return current.environment
    },
  }
}
