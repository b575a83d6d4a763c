import { expect, it } from "vitest"

import { goodEvidence, measurement } from "../../test/fixtures/evidence.ts"
import { judge } from "./judge.ts"

/** A k6 with one processor that is `busy`, that used `k6` of it and waited so long for each second that it ran. */
function judged(generator: { k6: number; busy: number; waited: number | null }) {
  const machine = { k6: 0.1, busy: 0.5, steal: 0, generator: { processors: 1, ...generator } }
  return judge(goodEvidence({ measurement: measurement({ machine }) }))
}

it.each([
  ["nearly all of it", { k6: 0.85, busy: 0.9, waited: 0 }],
  ["half of it beside another program", { k6: 0.49, busy: 1, waited: 0.98 }],
  ["a third of it beside two", { k6: 0.33, busy: 1, waited: 2 }],
  ["a fifth of it beside four", { k6: 0.2, busy: 1, waited: 4 }],
  ["a twentieth of it on a crowded one", { k6: 0.05, busy: 1, waited: 19 }],
])("is starved of its processor where it gets %s", (_, generator) => {
  expect(judged(generator)).toMatchObject({
    verdict: "INVALID",
    reasons: [expect.stringContaining("of the 1 processor that it may use: it was short of CPU")],
  })
})

it.each([
  ["little, and hardly waits", { k6: 0.2, busy: 1, waited: 0.5 }],
  ["little of one that is free", { k6: 0.2, busy: 0.6, waited: 4 }],
  ["what nobody can tell", { k6: 0.3, busy: 1, waited: null }],
])("is not where it uses %s", (_, generator) => {
  expect(judged(generator).verdict).toBe("PASS")
})
