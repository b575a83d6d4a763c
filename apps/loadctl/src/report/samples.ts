import { z } from "zod"

import type { SampleSeries } from "../recorder/recording.ts"
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

/** Every request of a saved run; null where only k6's summary is known. Throws for a damaged file. */
export async function loadSamples(folder: RunFolder): Promise<SampleSeries[] | null> {
  const saved = await folder.readGzip("samples.json.gz")
  return saved === undefined ? null : Samples.parse(saved)
}
