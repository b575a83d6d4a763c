import { relative } from "node:path"

import { wantsColor } from "../io.ts"
import type { Io } from "../io.ts"
import { ownName } from "../machine/own-name.ts"
import type { Format } from "../report/format-names.ts"
import type { RunReport } from "../report/model.ts"
import type { RunFolder } from "../store.ts"

type Printing = { report: RunReport; folder: RunFolder; format: Format }

/** Prints a run. HTML is also kept with it as report.html, and on a terminal the name of that file is all of it. */
export async function printReport(io: Io, { report, folder, format }: Printing): Promise<void> {
  const { RENDERERS } = await import("../report/formats.ts")
  const savedIn = relative(io.cwd, folder.path)
  const text = await RENDERERS[format]({
    report,
    folder,
    color: wantsColor(io, "stdout"),
    savedIn,
    columns: io.stdoutColumns,
    command: ownName(io.cwd),
  })
  if (format !== "html") return io.stdout(text)
  const { default: writeFileAtomic } = await import("write-file-atomic")
  const file = folder.file("report.html")
  await writeFileAtomic(file, text)
  return io.stdout(io.stdoutIsTTY ? `${relative(io.cwd, file)}\n` : text)
}
