import type { Io } from "@saleproof/command/io.ts"
import type { Column, Figures } from "../report/model.ts"

/** One of the ways that a suite compares; `measure` is one round of it. */
export type Variant = { name: string; measure: () => Promise<Figures> }

/** `versions` are of the programs that it started. */
export type OpenSuite = { variants: Variant[]; versions?: Record<string, string> }

/** What a suite starts for all its variants goes to `opened`, which is disposed after the last round. */
export type SuiteOptions = { io: Io; quick: boolean; opened: AsyncDisposableStack }

export type Suite = {
  title: string
  columns: Column[]
  open: (options: SuiteOptions) => Promise<OpenSuite>
}
