import { BACK_LIMIT_MS, PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Standby } from "../environment/standby.ts"
import { PROXIED } from "../environment/topology.ts"
import type { Fault, Experiment } from "./fault.ts"

/** How long the control holds the replication connection before it kills the primary. */
const HELD_MS = 500

/** The primary dies under load, its synchronous standby is promoted, and the proxies send all connections there. */
export const failover: Fault = {
  name: "failover",
  title: `kill -9 of the primary; its synchronous standby takes over within ${BACK_LIMIT_MS / 1_000} s`,
  topology: PROXIED,
  replication: "synchronous",
  promptLimitMs: PROMPT_LIMIT_MS,
  async run(experiment) {
    const { environment, inject, untilServed, hold } = experiment
    await inject(() => failOver(experiment))
    await untilServed()
    await environment.database.start()
    const before = await standbyOf(experiment).oldPrimary()
    await hold(3_000)
    const after = await standbyOf(experiment).oldPrimary()
    if (after.sessions > 0 || after.orders !== before.orders) {
      experiment.reportViolation(`the old primary is in use: ${JSON.stringify({ before, after })}`)
    }
  },
}

/** The negative control: an asynchronous standby that lags loses what was acknowledged meanwhile. */
export const laggingFailover: Fault = {
  ...failover,
  name: "lagging-failover",
  title: `the same with an asynchronous standby whose link is held for ${HELD_MS} ms`,
  replication: "asynchronous",
  async run(experiment) {
    const { inject, wait } = experiment
    const { link } = standbyOf(experiment)
    await inject(async () => {
      link.blackHole()
      await wait(HELD_MS)
      // What the link holds must not arrive later.
      await link.down()
      return failOver(experiment)
    })
  },
}

async function failOver(experiment: Experiment): Promise<number> {
  const { environment } = experiment
  const standby = standbyOf(experiment)
  await environment.database.kill("SIGKILL")
  await standby.promote()
  const promotedAt = Date.now()
  // As a floating address would.
  for (const pair of ["api-database", "worker-database"] as const) {
    environment.proxies[pair].retarget(standby.port)
  }
  return promotedAt
}

function standbyOf({ environment }: Experiment): Standby {
  if (!environment.standby) throw new Error("this environment has no standby")
  return environment.standby
}
