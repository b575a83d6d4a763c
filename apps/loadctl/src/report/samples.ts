import { existsSync } from "node:fs"

import { z } from "zod"

import { isSystemRefusal } from "../errors.ts"
import type { RunPlan } from "../plan/plan.ts"
import { readRecording } from "../recorder/read.ts"
import type { Recording } from "../recorder/read.ts"
import { RECORDING } from "../recorder/recording.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { damagedError } from "../store.ts"
import type { RunFolder } from "../store.ts"

const Column = z.array(z.number()).transform((values) => Float64Array.from(values))

const Samples = z.array(
  z.object({
    scenario: z.string(),
    phase: z.string(),
    name: z.string(),
    status: z.string(),
    expected: z.boolean(),
    expectedTag: z.boolean().optional(),
    errorCode: z.string(),
    at: Column,
    ms: Column,
  }),
)

/** Keeps them with the run, as numbers that any tool can read. */
export async function saveSamples(folder: RunFolder, samples: readonly SampleSeries[]): Promise<void> {
  const rows = samples.map((one) => ({ ...one, at: Array.from(one.at), ms: Array.from(one.ms) }))
  await folder.writeGzip("samples.json.gz", rows)
}

/** The same with what k6 timed besides, such as calls by gRPC. */
export async function loadEverySample(
  folder: RunFolder,
  plan: Pick<RunPlan, "sla">,
): Promise<SampleSeries[] | null> {
  const recording = folder.file(RECORDING)
  if (!existsSync(recording)) return loadSamples(folder, plan)
  const { samples, others } = await recordingOf(recording, plan)
  return [...samples, ...others]
}

/**
 * Every request of a saved run, as it was recorded or read from InfluxDB; null where only k6's summary is known. Throws
 * for a damaged file.
 */
export async function loadSamples(
  folder: RunFolder,
  plan: Pick<RunPlan, "sla">,
): Promise<SampleSeries[] | null> {
  const recording = folder.file(RECORDING)
  if (existsSync(recording)) return (await recordingOf(recording, plan)).samples
  const saved = await folder.readGzip("samples.json.gz")
  return saved === undefined ? null : Samples.parse(saved)
}

async function recordingOf(file: string, { sla }: Pick<RunPlan, "sla">): Promise<Recording> {
  try {
    return await readRecording(file, Object.keys(sla.endpoints))
  } catch (error) {
    throw isSystemRefusal(error) ? error : damagedError(file, error)
  }
}
