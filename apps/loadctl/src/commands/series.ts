import { access, constants, mkdir } from "node:fs/promises"
import { dirname, relative, resolve } from "node:path"

import type { Command } from "commander"

import { usageError } from "../errors.ts"
import { wantsColor } from "../io.ts"
import type { Io } from "../io.ts"
import type { SheetFormat } from "../report/sheet/formats.ts"
import type { Sheet } from "../report/sheet/model.ts"
import { msText } from "../sla/text.ts"

/** `--save`, for what takes so long that its result is worth a file of its own. */
export function withSave(command: Command): Command {
  return command.option("--save <path>", "also write PATH.json and PATH.md, once all of it is done")
}

type Saving = (texts: { json: string; markdown: string }) => Promise<void>

/** Makes the folder and tries to write there before the work begins. Throws a usage error when that fails. */
export async function prepareSaving(io: Io, path: string | undefined): Promise<Saving | null> {
  if (path === undefined) return null
  const name = path.replace(/\.(json|md)$/, "")
  const base = resolve(io.cwd, name)
  try {
    await mkdir(dirname(base), { recursive: true })
    await access(dirname(base), constants.W_OK)
  } catch (error) {
    throw usageError(
      `--save ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const { default: writeFileAtomic } = await import("write-file-atomic")
  return async ({ json, markdown }) => {
    await writeFileAtomic(`${base}.json`, json)
    await writeFileAtomic(`${base}.md`, markdown)
    io.stderr(`Wrote ${name}.json and ${name}.md.\n`)
  }
}

/** What a series of runs needs beside what it runs, and where what it came to is saved again after each of them. */
export async function openSeries(io: Io, root: string, of: { kind: string; scenario: string | undefined }) {
  const [{ createStore }, { newDocument }, { createObserver }, { commandText }] = await Promise.all([
    import("../store.ts"),
    import("../document.ts"),
    import("../report/progress.ts"),
    import("../machine/command.ts"),
  ])
  const { id, file, write: save } = await newDocument(root, of.kind, of.scenario ?? of.kind)
  const observer = await createObserver(io)
  const context = { store: createStore(root), io, observer, id, command: commandText(io) }
  return { context, savedIn: relative(io.cwd, file), save }
}

/** "A: PASS, p95 42.0 ms", and why it is no better. */
export function runLine({ p95, reasons }: { p95: number | null; reasons: string[] }, text: string): string {
  const latency = p95 === null ? "nothing measured" : `p95 ${msText(p95)} ms`
  return `${[`${text}, ${latency}`, ...reasons.slice(0, 1)].join("; ")}\n`
}

type Printing<Document> = {
  sheetOf: (document: Document) => Sheet
  format: SheetFormat
  savedIn: string | null
  saving?: Saving | null
}

/** Prints what several runs came to, and saves it where that was asked for. */
export async function printSheet<Document>(
  io: Io,
  document: Document,
  { sheetOf, format, savedIn, saving = null }: Printing<Document>,
): Promise<void> {
  const { sheetRenderers } = await import("../report/sheet/formats.ts")
  const renderers = sheetRenderers(sheetOf)
  const options = { color: wantsColor(io, "stdout"), savedIn, columns: io.stdoutColumns }
  io.stdout(renderers[format](document, options))
  await saving?.({ json: renderers.json(document, options), markdown: renderers.markdown(document, options) })
}
