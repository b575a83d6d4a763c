import { z } from "zod"

import type { SampleSeries } from "../influx/samples.ts"
import type { RunFolder } from "../store.ts"

const Samples = z.array(
  z.object({
    scenario: z.string(),
    phase: z.string(),
    name: z.string(),
    status: z.string(),
    expected: z.boolean(),
    errorCode: z.string(),
    at: z.array(z.number()),
    ms: z.array(z.number()),
  }),
)

/** Every request of a saved run; null where only k6's summary is known. Throws for a damaged file. */
export async function loadSamples(folder: RunFolder): Promise<SampleSeries[] | null> {
  const saved = await folder.readGzip("samples.json.gz")
  return saved === undefined ? null : Samples.parse(saved)
}
