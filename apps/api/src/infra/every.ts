/** A recurring step; `stop` ends it and waits for the current step. */
export type Recurring = { stop: () => Promise<void> }

type Options = { everyMs: number; step: () => Promise<unknown>; onError: (error: unknown) => void }

/** Runs `step` now and then again, `everyMs` after each end; steps never overlap, an error does not end it. */
export function every({ everyMs, step, onError }: Options): Recurring {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = run()

  async function run() {
    try {
      await step()
    } catch (error) {
      if (!stopped) onError(error)
    }
    if (!stopped) timer = setTimeout(again, everyMs).unref()
  }

  function again() {
    running = run()
  }

  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
