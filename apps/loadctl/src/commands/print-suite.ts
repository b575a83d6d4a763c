import { wantsColor } from "../io.ts"
import type { Io } from "../io.ts"
import type { Format } from "../report/format-names.ts"
import type { RunReport } from "../report/model.ts"
import { SUITE_RENDERERS } from "../report/suite-formats.ts"
import type { RunFolder } from "../store.ts"

type Printing = { name: string; done: readonly { report: RunReport; folder: RunFolder }[]; format: Format }

/** Prints several runs as one. */
export async function printSuite(io: Io, { name, done, format }: Printing): Promise<void> {
  const color = wantsColor(io, "stdout")
  io.stdout(await SUITE_RENDERERS[format]({ name, runs: done, color, columns: io.stdoutColumns }))
}
