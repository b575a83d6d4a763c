import { sleep } from "k6"
import exec from "k6/execution"
import { Counter } from "k6/metrics"
import type { Options } from "k6/options"

import { createShop } from "./lib/api/shop.ts"
import { VisitAbandonedError } from "./lib/expect.ts"
import { SHOP, endpointsOf, outcomeThresholds, personaOfVu, policyIndexOfVu } from "./lib/outcomes.ts"
import { judgedPhase, makeProfile, phaseAt, phaseLengths, toScenario } from "./lib/profiles.ts"
import { MEASURING, judgeRun } from "./lib/run.ts"
import { readSettings } from "./lib/settings.ts"
import type { Seed } from "./lib/settings.ts"
import type { K6Summary } from "./lib/summary.ts"
import { seedShop } from "./lib/target.ts"
import { impulse } from "./personas/impulse.ts"
import { malicious } from "./personas/malicious.ts"
import { rational } from "./personas/rational.ts"
import type { Shopper } from "./personas/visit.ts"

const VISITS = { A: impulse, B: rational, C: malicious }

const settings = readSettings(__ENV)
const { scenario, persona, limited, seeded, part } = settings
const profile = makeProfile(scenario, settings)
const policies = seeded?.policyIds.length ?? SHOP.policies
const run = judgeRun({ settings, scenario, endpoints: endpointsOf(persona), judged: judgedPhase(profile) })

export const options: Options = {
  ...MEASURING,
  scenarios: { [scenario]: toScenario(profile) },
  thresholds: { ...outcomeThresholds({ profile, persona, limited, part, policies }), ...run.thresholds },
}

const vuCount = profile.executor === "constant-arrival-rate" ? profile.maxVus : profile.vus
const started = new Counter("iterations_started")
const shop = createShop({
  url: settings.targetUrl,
  claimMayBeRefused: limited || profile.executor !== "per-vu-iterations",
})
// Each VU runs this file for itself: this is the one user that it plays.
let shopper: Shopper | undefined

export function setup(): Seed & { startedAt: number } {
  const seed = seeded ?? seedShop(settings)
  return { ...seed, startedAt: Date.now() }
}

export default function visit({ policyIds }: Seed): void {
  if (profile.executor === "constant-arrival-rate" && profile.scatter > 0)
    sleep(profile.scatter * Math.random())
  exec.vu.metrics.tags["phase"] = phaseAt(profile, (Date.now() - exec.scenario.startTime) / 1000)
  started.add(1)
  const vu = exec.vu.idInTest
  const policyId = policyIds[policyIndexOfVu(vu, policyIds.length)]
  if (policyId === undefined) throw new Error("the seed has no coupon policy for this user")
  shopper ??= { vu, vuCount, policyId, balance: 0 }
  try {
    VISITS[personaOfVu(persona, vu)](shop, shopper)
  } catch (error) {
    if (!(error instanceof VisitAbandonedError)) throw error
    // A user who got nowhere does not try again at once; without a pause a dead target would be hammered.
    sleep(1)
  }
}

export function handleSummary(data: K6Summary): Record<string, string> {
  const phases = phaseLengths(profile)
  return run.leave(data, `${scenario}, persona ${persona}`, { persona, limited, phases })
}
