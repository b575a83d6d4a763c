import { cpuShares, readCpuTimes } from "@saleproof/loadctl/machine/cpu.ts"

import type { Fault } from "./faults/fault.ts"
import { createRandom } from "./random.ts"
import { reportTrial, summarise } from "./report/report.ts"
import type { FaultReport } from "./report/report.ts"
import { whyNoSmallDisk } from "./rig/disk.ts"
import { startRig } from "./rig/rig.ts"
import type { Rig } from "./rig/rig.ts"
import type { Pace } from "./trial/pace.ts"
import { runTrial } from "./trial/trial.ts"

export type CampaignOptions = {
  faults: readonly Fault[]
  seed: string
  pace: Pace
  env: NodeJS.ProcessEnv
  /** Another program in the place of the shop; only a planted fault brings one. */
  entry?: string | undefined
  signal: AbortSignal
  onBegin: (fault: Fault, index: number) => void
  onEnd: (report: FaultReport) => void
}

/** Inflicts one fault after the other, on one rig as far as it survives; an interruption ends it early. */
export async function runCampaign(options: CampaignOptions): Promise<FaultReport[]> {
  const { faults, signal, onBegin, onEnd } = options
  const reports: FaultReport[] = []
  const bay = createBay(options)
  try {
    for (const [index, fault] of faults.entries()) {
      if (signal.aborted) break
      onBegin(fault, index)
      const before = readCpuTimes()
      const inflicted = await inflict(fault, { ...options, bay })
      if (!inflicted) break
      const report = { ...inflicted, cpu: cpuShares(before, readCpuTimes()) }
      reports.push(report)
      onEnd(report)
    }
  } finally {
    await bay.clear()
  }
  return reports
}

type Bay = ReturnType<typeof createBay>

/** Undefined when it was interrupted. */
async function inflict(
  fault: Fault,
  options: CampaignOptions & { bay: Bay },
): Promise<Omit<FaultReport, "cpu"> | undefined> {
  const { bay, seed, pace, signal } = options
  const startedAt = Date.now()
  const base = { fault: fault.name, title: fault.title, violations: [] }
  const reason = fault.diskMb === undefined ? undefined : await whyNoSmallDisk()
  if (reason !== undefined)
    return { ...base, verdict: "not possible", reason, tookMs: Date.now() - startedAt }
  try {
    const rig = await bay.rigFor(fault)
    const random = createRandom(`${seed}/${fault.name}`)
    const trial = await runTrial({ fault, rig, pace, random, signal })
    return reportTrial(fault, trial, Date.now() - startedAt)
  } catch (error) {
    await bay.clear()
    if (signal.aborted) return undefined
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const violations = summarise([{ check: "fault", detail }])
    return { ...base, verdict: "violated", violations, tookMs: Date.now() - startedAt }
  }
}

/** Keeps one rig up for as long as the faults fit it. */
function createBay({ env, entry }: Pick<CampaignOptions, "env" | "entry">) {
  let parked: { rig: Rig; diskMb: number | undefined } | undefined

  async function clear(): Promise<void> {
    const leaving = parked
    parked = undefined
    await leaving?.rig.stop()
  }

  return {
    clear,
    async rigFor({ diskMb }: Fault): Promise<Rig> {
      if (parked?.diskMb !== diskMb) await clear()
      parked ??= { rig: await startRig({ env, diskMb, entry }), diskMb }
      return parked.rig
    },
  }
}
