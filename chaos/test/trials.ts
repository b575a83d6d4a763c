import type { Violation } from "../checks/violation.ts"
import { TIMINGS } from "../checks/violation.ts"
import type { Fault } from "../faults/fault.ts"
import { createRandom } from "../random.ts"
import type { Rig } from "../rig/rig.ts"
import type { KeyOf } from "../trial/bench.ts"
import { PACES } from "../trial/pace.ts"
import type { Pace } from "../trial/pace.ts"
import { runTrial } from "../trial/trial.ts"

type Options = { rig: Rig; fault: Fault; keyOf?: KeyOf; pace?: Pace }

/** The short version of a fault; answers the promises that it broke, those about time apart. */
export async function brokenBy({ rig, fault, keyOf, pace = PACES.test }: Options): Promise<Violation[]> {
  const { violations } = await runTrial({
    fault,
    rig,
    pace,
    random: createRandom(fault.name),
    signal: new AbortController().signal,
    ...(keyOf && { keyOf }),
  })
  return violations.filter(({ check }) => !TIMINGS.includes(check))
}
