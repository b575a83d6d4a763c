/** Says that a step begins, runs it, and says how long it took. Quick steps may print nothing. */
export type Progress = <T>(title: string, step: () => Promise<T>) => Promise<T>

/** Progress as lines, for example on stderr: `Building k6 2.2.0 ... 71 s`. */
export function lineProgress(write: (text: string) => void): Progress {
  return async (title, step) => {
    const startedAt = performance.now()
    write(`${title} ...\n`)
    const result = await step()
    write(`${title}: ${formatSeconds(performance.now() - startedAt)}\n`)
    return result
  }
}

export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

export const silently: Progress = (_title, step) => step()
