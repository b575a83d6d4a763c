import { expect, it } from "vitest"

import { sharesOf } from "./profile.ts"

const frames = [
  ["(idle)", ""],
  ["writev", ""],
  ["placeBatch", "file:///shop/apps/api/src/orders/strategies/batched.ts"],
  ["request", "file:///shop/node_modules/@prisma/client/runtime/client.js"],
  ["query", "file:///shop/node_modules/pg/lib/client.js"],
  ["next", "file:///shop/node_modules/router/index.js"],
  ["emit", "node:events"],
  ["(garbage collector)", ""],
  ["(program)", ""],
] as const

const profile = (samples: number[], timeDeltas: number[]) => ({
  nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
  samples,
  timeDeltas,
})

it("tells whose code ran in the time that was not idle", () => {
  const shares = sharesOf(profile([0, 1, 2, 3, 4, 5, 6, 7, 8], [900, 20, 10, 10, 10, 10, 10, 10, 20]))
  expect(shares).toMatchObject({ writes: 0.2, shop: 0.1, prisma: 0.1, pg: 0.1, express: 0.1, node: 0.1 })
  expect(shares).toMatchObject({ collector: 0.1, rest: 0.2, zod: 0, redis: 0 })
})

it("counts no time backwards", () => {
  expect(sharesOf(profile([1, 2], [-5, 10]))).toMatchObject({ writes: 0, shop: 1 })
})

it("says nothing of a process that did nothing", () => {
  expect(sharesOf(profile([0], [1_000]))).toBeNull()
})
