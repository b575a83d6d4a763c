import { expect, it } from "vitest"

import { declaredIn } from "./script.ts"

const declared = (source: string) => declaredIn([source], ["refused"])

it.each([
  'const refused = new Counter("refused")',
  "new metrics.Counter( 'refused')",
  'const site = "https://shop.example"; new Rate(`refused`, true)',
  'const NAME = "refused"\nnew Counter(NAME)',
  'const of = (name) => new Counter(name); of("refused")',
])("knows a metric that a script declares: %s", (source) => {
  expect(declared(source)).toEqual(["refused"])
})

it.each([
  '// new Counter("refused")',
  '/* made by new Counter("refused") */ new Counter("sold")',
  'const tag = { outcome: "refused" }\nnew Counter("sold")',
  'new Counter("refused_orders")',
  'const NAME = "sold" // was "refused"\nnew Counter(NAME)',
])("knows no metric that a script only mentions: %s", (source) => {
  expect(declared(source)).toEqual([])
})
