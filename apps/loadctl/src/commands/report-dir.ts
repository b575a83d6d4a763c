import { access, constants, mkdir } from "node:fs/promises"
import { join, resolve } from "node:path"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import type { RunReport } from "../report/model.ts"
import { SUITE_RENDERERS } from "../report/suite-formats.ts"
import { RENDERERS } from "../report/formats.ts"
import type { RunFolder } from "../store.ts"

type Done = readonly { report: RunReport; folder: RunFolder }[]

const FILES = { html: "report.html", markdown: "report.md", json: "report.json", junit: "junit.xml" } as const

/** Makes the folder before the load, so that a mistake costs no run. Throws a usage error when that fails. */
export async function prepareReports(io: Io, dir: string): Promise<void> {
  const folder = resolve(io.cwd, dir)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw usageError(`--report-dir ${dir} cannot be written: ${reason}.`)
  }
}

/** Writes every format of a run, or of several as one, into a folder: what a pipeline keeps. */
export async function writeReports(io: Io, dir: string, { name, done }: { name: string; done: Done }) {
  const folder = resolve(io.cwd, dir)
  const { default: writeFileAtomic } = await import("write-file-atomic")
  const [only] = done
  for (const format of ["html", "markdown", "json", "junit"] as const) {
    const text =
      done.length === 1 && only
        ? await RENDERERS[format]({ ...only, color: false, savedIn: null })
        : await SUITE_RENDERERS[format]({ name, runs: done, color: false })
    await writeFileAtomic(join(folder, FILES[format]), text)
  }
}
