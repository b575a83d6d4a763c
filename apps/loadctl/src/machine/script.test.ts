import { expect, it } from "vitest"

import { declaredIn, longestThought } from "./script.ts"

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

it.each([
  ["get()", 0],
  ["get() // sleep(pause)\n/* setTimeout(go) */", 0],
  ["sleep(0.3); sleep(2)", 2_000],
  ["sleep(Math.random() * 3 + 1)", 4_000],
  ["sleep(randomIntBetween(1, 5))", 6_000],
  ["const PAUSE = 1_000 // s\nsleep(PAUSE)", 1_000_000],
])("knows how long a script thinks at most by the numbers in its pauses: %s", (source, ms) => {
  expect(longestThought([source])).toBe(ms)
})

it.each(["sleep(pause)", "sleep(__VU === 1 ? 10 : 1)", "sleep(10 ** 3)", "sleep(1e3)", "setTimeout(go, 10)"])(
  "does not guess how long a script thinks: %s",
  (source) => {
    expect(longestThought([source])).toBe(Infinity)
  },
)
