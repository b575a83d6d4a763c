import type { Violation } from "../checks/violation.ts"
import type { Entry } from "../client/journal.ts"
import type { Program } from "../rig/program.ts"
import { DIRECT } from "../rig/wiring.ts"
import type { Fault, Site } from "./fault.ts"

const STOP_WITHIN_MS = 10_000
/** A queue that is too long: one process has to do for two meanwhile, and on a slow machine it cannot. */
const OVERLOADED = "503 OVERLOADED"

/** A deployment: two API processes behind a balancer are replaced in turn, and nobody notices. */
export const rollingRestarts: Fault = {
  name: "rolling-restarts",
  title: "rolling restarts of two API processes by SIGTERM",
  // Longer than the balancer takes to see that readiness is gone.
  wiring: { ...DIRECT, apis: 2, shopEnv: { DRAIN_DELAY_MS: "400" } },
  async inject(site) {
    const { rig, rounds, untilSeen } = site
    await rounds(10, async () => {
      for (const api of rig.apis()) {
        await terminate(api, site)
        await api.start()
        await untilSeen(api)
      }
    })
  },
  check: ({ journal }) => Promise.resolve(failedAttempts([...journal.entries()])),
}

/** SIGTERM of the only API and of the worker: what is under way is finished, and nothing is lost. */
export const terminations: Fault = {
  name: "terminate",
  title: "SIGTERM of the API and of the worker",
  inject: (site) =>
    site.rounds(5, () =>
      site.injure(async () => {
        const programs = [site.rig.worker(), ...site.rig.apis()]
        const backAt = await Promise.all(programs.map((program) => restart(program, site)))
        return Math.max(...backAt)
      }),
    ),
}

async function restart(program: Program, site: Site): Promise<number> {
  await terminate(program, site)
  return (await program.start()).answersAt
}

async function terminate(program: Program, { accuse }: Site): Promise<void> {
  const end = await program.kill("SIGTERM")
  if (end && (end.how !== "exit code 0" || end.tookMs > STOP_WITHIN_MS))
    accuse(`${program.name} ended with ${end.how}, ${end.tookMs} ms after SIGTERM`)
}

/** Not one attempt may fail, not even one that a retry would mend; one for want of speed is told apart. */
export function failedAttempts(entries: readonly Entry[]): Violation[] {
  return entries.flatMap(({ effect, open }) =>
    open.map(({ reason }) => ({
      check: reason === OVERLOADED ? "busy" : "fault",
      detail: `${effect.key} failed with ${reason}`,
    })),
  )
}
