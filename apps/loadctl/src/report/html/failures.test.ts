import { expect, it } from "vitest"

import { series, sla } from "../../../test/fixtures/evidence.ts"
import { failureKinds } from "./failures.ts"

const failed = { expected: false }

it("groups failures by endpoint and kind, the commonest first, with when they began and ended", () => {
  const samples = [
    series([[1_000, 5]], { ...failed, status: "500", errorCode: "1500", phase: "warmup" }),
    series([[4_000, 5]], { ...failed, status: "500", errorCode: "1500", phase: "hold" }),
    series([[2_000, 5]], { ...failed, status: "0", errorCode: "1212" }),
    series([[2_500, 5]]),
  ]
  expect(failureKinds(samples, { sla: sla() }, 500)).toEqual([
    { endpoint: "order", kind: "HTTP 500", count: 2, firstAt: 0.5, lastAt: 3.5 },
    { endpoint: "order", kind: "connection refused (k6 error 1212)", count: 1, firstAt: 1.5, lastAt: 1.5 },
  ])
})

it.each([
  ["1050", "the request timed out (k6 error 1050)"],
  ["1299", "TCP error (k6 error 1299)"],
  ["", "no answer"],
])("reads k6's error code %j", (errorCode, kind) => {
  const [found] = failureKinds([series([[1, 1]], { ...failed, status: "0", errorCode })], { sla: sla() }, 0)
  expect(found?.kind).toBe(kind)
})

it("asks the SLA what a failure is, not k6", () => {
  const owed = sla({ endpoints: { order: { status: [409] } } })
  const samples = [series([[1, 1]], { status: "201" }), series([[1, 1]], { ...failed, status: "409" })]
  expect(failureKinds(samples, { sla: owed }, 0).map(({ kind }) => kind)).toEqual(["HTTP 201"])
})
