import { expect, it } from "vitest"

import { goodEvidence, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import type { K6Facts } from "../stats/model.ts"
import { judge } from "./judge.ts"

const CHECKS = [
  { name: "status is 200", passes: 9_950, fails: 0 },
  { name: "the basket is there", passes: 0, fails: 50 },
]

function judged(checks: K6Facts["checks"], rule?: Parameters<typeof sla>[0]) {
  const plan = { sla: sla(rule), expect: [], scale: 1 }
  return judge(goodEvidence({ plan, measurement: measurement({ k6: k6Facts({ checks }) }) }))
}

it("fails a check that never held, however many others hold and whether or not the SLA asks for checks", () => {
  for (const rule of [{ checks: 0.99 }, {}])
    expect(judged(CHECKS, rule)).toMatchObject({
      verdict: "FAIL",
      reasons: ["The check the basket is there never held, in 50 tries."],
    })
})

it("only warns of it where checks only warn, and says nothing where none has to hold", () => {
  const warned = judged(CHECKS, { checks: { limit: 0.99, level: "warn" } })
  expect(warned).toMatchObject({
    verdict: "PASS",
    warnings: ["The check the basket is there never held, in 50 tries."],
  })
  expect(judged(CHECKS, { checks: 0 })).toMatchObject({ verdict: "PASS", warnings: [] })
})

it("warns of checks that failed now and then and that nothing judges", () => {
  const some = [{ name: "status is 200", passes: 90, fails: 10 }]
  expect(judged(some)).toMatchObject({
    verdict: "PASS",
    warnings: ["10 checks failed; sla.checks would judge that."],
  })
})
