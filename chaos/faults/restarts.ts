import type { Violation } from "../checks/violation.ts"
import type { Entry } from "../client/journal.ts"
import type { Program } from "../environment/program.ts"
import { DIRECT } from "../environment/topology.ts"
import type { Fault, Experiment } from "./fault.ts"

const STOP_WITHIN_MS = 10_000
/** The queue is full: one process serves for two during the restart, which a slow machine cannot. */
const OVERLOADED = "503 OVERLOADED"

/** A deployment: two API processes behind a balancer are replaced in turn, and no request fails. */
export const rollingRestarts: Fault = {
  name: "rolling-restarts",
  title: "rolling restarts of two API processes by SIGTERM",
  // Longer than the balancer takes to see that readiness is gone.
  topology: { ...DIRECT, apis: 2, shopEnv: { DRAIN_DELAY_MS: "400" } },
  async run(experiment) {
    const { environment, rounds, untilRouted } = experiment
    await rounds(10, async () => {
      for (const api of environment.apis()) {
        await terminate(api, experiment)
        await api.start()
        await untilRouted(api)
      }
    })
  },
  check: ({ journal }) => Promise.resolve(failedAttempts([...journal.entries()])),
}

/** SIGTERM of the only API and of the worker: what is in progress is finished, and nothing is lost. */
export const terminations: Fault = {
  name: "terminate",
  title: "SIGTERM of the API and of the worker",
  run: (experiment) =>
    experiment.rounds(5, () =>
      experiment.inject(async () => {
        const programs = [experiment.environment.worker(), ...experiment.environment.apis()]
        const backAt = await Promise.all(programs.map((program) => restart(program, experiment)))
        return Math.max(...backAt)
      }),
    ),
}

async function restart(program: Program, experiment: Experiment): Promise<number> {
  await terminate(program, experiment)
  return (await program.start()).answersAt
}

async function terminate(program: Program, { reportViolation }: Experiment): Promise<void> {
  const end = await program.kill("SIGTERM")
  if (end && (end.how !== "exit code 0" || end.tookMs > STOP_WITHIN_MS))
    reportViolation(`${program.name} ended with ${end.how}, ${end.tookMs} ms after SIGTERM`)
}

/** No attempt may fail, not even one that a retry would mend; an overload is reported separately. */
export function failedAttempts(entries: readonly Entry[]): Violation[] {
  return entries.flatMap(({ effect, open }) =>
    open.map(({ reason }) => ({
      check: reason === OVERLOADED ? "busy" : "fault",
      detail: `${effect.key} failed with ${reason}`,
    })),
  )
}
