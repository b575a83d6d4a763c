import { expect, expectTypeOf, it } from "vitest"
import type { z } from "zod"

import { finishedReport, salePlan } from "../../test/support/reports.ts"
import { composeReport } from "./model.ts"
import type { RunReport } from "./model.ts"
import { RunDocument, runJsonSchema } from "./schema.ts"

it("documents every field of a report, and no other", () => {
  expectTypeOf<keyof z.infer<typeof RunDocument>>().toEqualTypeOf<keyof RunReport>()
  expect(RunDocument.safeParse(finishedReport()).error).toBeUndefined()
  expect(RunDocument.safeParse({ ...finishedReport(), novelty: 1 }).success).toBe(false)
})

it("covers a run that broke off before anything was measured", () => {
  expect(RunDocument.safeParse(composeReport({ plan: salePlan() })).error).toBeUndefined()
})

it("is a JSON Schema that says what a field means", () => {
  expect(JSON.parse(runJsonSchema())).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    properties: {
      schema: { const: "saleproof.run/1" },
      cutOff: { description: expect.stringContaining("cut off at its end") },
    },
    additionalProperties: false,
  })
})
