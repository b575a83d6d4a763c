import type { Violation } from "../checks/violation.ts"
import { TIMINGS } from "../checks/violation.ts"
import type { Fault } from "../faults/fault.ts"
import { createRandom } from "../random.ts"
import type { Environment } from "../environment/environment.ts"
import type { KeyOf } from "../experiment/clients.ts"
import { PACES } from "../experiment/pace.ts"
import type { Pace } from "../experiment/pace.ts"
import { runExperiment } from "../experiment/run.ts"

type Options = { environment: Environment; fault: Fault; keyOf?: KeyOf; pace?: Pace }

/** The short version of a fault; answers the promises that it broke, those about time apart. */
export async function brokenBy({
  environment,
  fault,
  keyOf,
  pace = PACES.test,
}: Options): Promise<Violation[]> {
  const { violations } = await runExperiment({
    fault,
    environment,
    pace,
    random: createRandom(fault.name),
    signal: new AbortController().signal,
    ...(keyOf && { keyOf }),
  })
  return violations.filter(({ check }) => !TIMINGS.includes(check))
}
