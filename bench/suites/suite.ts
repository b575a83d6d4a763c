import type { Io } from "@saleproof/command/io.ts"
import type { Column, Figures } from "../report/model.ts"

/** One of the ways that a suite compares; `measure` is one round of it. */
export type Variant = { name: string; measure: () => Promise<Figures> }

/** What a suite opened for all its variants; disposed after the last round. */
export type OpenSuite = AsyncDisposable & { variants: Variant[]; versions: Record<string, string> }

export type Suite = {
  title: string
  columns: Column[]
  open: (options: { io: Io; quick: boolean }) => Promise<OpenSuite>
}
