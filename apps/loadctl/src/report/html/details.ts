import { readFile } from "node:fs/promises"

import type { SampleSeries } from "../../recorder/recording.ts"
import { parseProgress } from "../../k6/progress.ts"
import type { K6Progress } from "../../k6/progress.ts"
import type { RunFolder } from "../../store.ts"
import { loadParts } from "../load.ts"
import type { RunParts } from "../model.ts"
import { loadEverySample } from "../samples.ts"

/** What of a saved run is too much for a table and made for a picture. */
export type RunDetails = {
  parts: RunParts
  /** Requests and what k6 timed besides; null where only k6's summary is known. */
  samples: SampleSeries[] | null
  /** What k6 printed about itself every second; empty when it did not come to that. */
  progress: K6Progress[]
}

/** Reads them from the run's folder; whatever the run did not come to is empty. */
export async function loadDetails(folder: RunFolder): Promise<RunDetails> {
  const [parts, output] = await Promise.all([
    loadParts(folder),
    readFile(folder.file("k6-output.txt"), "utf8").catch(() => ""),
  ])
  const samples = await loadEverySample(folder, parts.plan)
  return { parts, samples, progress: output.split("\n").flatMap((line) => parseProgress(line) ?? []) }
}
