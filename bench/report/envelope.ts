import type { Io } from "@saleproof/command/io.ts"
import { watchMachine } from "@saleproof/loadctl/machine/watch.ts"
import type { Machine } from "@saleproof/loadctl/machine/watch.ts"

/** What every report of a benchmark says besides its figures. */
export type Envelope = {
  command: string
  startedAt: string
  tookMs: number
  quick: boolean
  /** False when it was interrupted or ended early: figures are missing. */
  complete: boolean
  machine: Machine
}

/** Begins a benchmark; the answer ends it. `args` is its command line after `npm run bench --`, without --quick. */
export function beginReport({ io, quick, args }: { io: Io; quick: boolean; args: string }) {
  const startedAt = new Date()
  const machine = watchMachine({ root: io.root })
  return async (complete = !io.interrupted.aborted): Promise<Envelope> => ({
    command: `npm run bench -- ${args}${quick ? " --quick" : ""}`,
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    quick,
    complete,
    machine: await machine(),
  })
}

/** The last line of a report: the machine, `facts`, the commit, when, and what makes it less than a result. */
export function originOf(
  { machine, startedAt, complete, quick }: Envelope,
  facts: readonly string[],
): string {
  return [
    `${machine.cores} cores (${machine.cpu})`,
    ...facts,
    `commit ${machine.commit?.slice(0, 10) ?? "unknown"}${machine.dirty ? " with changes" : ""}`,
    startedAt.slice(0, 16).replace("T", " "),
    ...(complete ? [] : ["not complete"]),
    ...(quick ? ["quick: a hint, no result"] : []),
  ].join(" · ")
}
