import { isDeepStrictEqual } from "node:util"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORDER_STRATEGIES } from "../../src/env.ts"
import { startShop } from "../support/api.ts"
import type { TestShop } from "../support/api.ts"
import { living, terms, trading } from "./arbitraries.ts"
import { RUNS_TIMEOUT_MS, tryRuns } from "./runs.ts"
import { serialOrder } from "./serial-order.ts"
import { apply, couponsOf, newModel, ordersOf } from "./shop-model.ts"
import type { Action, Model } from "./shop-model.ts"
import { openWorld } from "./world.ts"
import type { World } from "./world.ts"

const NAMES = ["u1", "zoe"]
const CLIENTS = 8

/** What the model says the shop shows. */
const lookOf = (model: Model) => ({
  users: model.balances.map((balance, owner) => ({
    balance,
    used: couponsOf(model, owner).map(({ used }) => used),
    // Orders at once have ids in any order.
    orders: ordersOf(model, owner)
      .map(({ paid, cancelled }) => `${paid} ${cancelled ? "cancelled" : "placed"}`)
      .toSorted(),
  })),
  stock: model.stock,
})

describe.each(ORDER_STRATEGIES)("a shop with %s orders", (strategy) => {
  let shop: TestShop
  beforeAll(async () => {
    shop = await startShop({ worker: false, variables: { ORDER_STRATEGY: strategy } })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  async function expectSound(world: World) {
    expect(await world.violations()).toEqual({})
    await world.settle()
    expect(await world.violations()).toEqual({})
  }

  const command = (action: Action): fc.AsyncCommand<Model, World & { heard: Map<string, string> }> => ({
    check: () => true,
    async run(model, world) {
      const expected = apply(model, action)
      const { outcome, text } = await (await world.ready(action))()
      expect(outcome).toEqual(expected)
      if (action.do === "claim") await world.settle()
      expect(await world.look()).toEqual(lookOf(model))
      if (action.key === undefined || outcome.code !== "created") return
      // What a key is answered that had no effect, since the order was cancelled before, is not kept.
      const name = `${action.do} ${action.key} ${action.do === "cancel" ? `${action.of} ${action.nth}` : ""}`
      expect(text).toBe(world.heard.get(name) ?? text)
      world.heard.set(name, text)
    },
    toString: () => JSON.stringify(action),
  })

  it(
    "answers any sequence of requests as the model does",
    async () => {
      const sequences = fc.commands([living.map(command)], { maxCommands: 30 })
      const tried = await tryRuns(fc.tuple(terms, sequences), async ([own, commands]) => {
        const world = await openWorld(shop, own, NAMES)
        const real = { ...world, heard: new Map<string, string>() }
        await fc.asyncModelRun(() => ({ model: newModel(own, NAMES), real }), commands)
        await expectSound(world)
      })
      expect(tried).toBeGreaterThan(0)
    },
    RUNS_TIMEOUT_MS,
  )

  it(
    `answers ${CLIENTS} requests at once as if they had come one after the other`,
    async () => {
      const before = fc.array(trading, { maxLength: 6 })
      const atOnce = fc.array(trading, { minLength: 2, maxLength: CLIENTS })
      const tried = await tryRuns(fc.tuple(terms, before, atOnce), async ([own, prelude, actions]) => {
        const model = newModel(own, NAMES)
        const world = await openWorld(shop, own, NAMES)
        for (const action of prelude) {
          expect((await (await world.ready(action))()).outcome).toEqual(apply(model, action))
          await world.settle()
        }

        const sends = await Promise.all(
          actions.map(async (action) => ({ action, send: await world.ready(action) })),
        )
        const observed = await Promise.all(
          sends.map(async ({ action, send }) => ({ action, outcome: (await send()).outcome })),
        )
        await expectSound(world)

        const end = await world.look()
        const order = serialOrder(model, observed, (last) => isDeepStrictEqual(lookOf(last), end))
        expect({ observed, end, order }).toEqual({ observed, end, order: expect.any(Array) })
      })
      expect(tried).toBeGreaterThan(0)
    },
    RUNS_TIMEOUT_MS,
  )

  it(
    `keeps its invariants while ${CLIENTS} clients do what they like`,
    async () => {
      const clients = fc.array(fc.array(trading, { maxLength: 8 }), {
        minLength: CLIENTS,
        maxLength: CLIENTS,
      })
      const tried = await tryRuns(fc.tuple(terms, clients), async ([own, sequences]) => {
        const world = await openWorld(shop, own, NAMES)
        const during = world.violations()
        await Promise.all(
          sequences.map(async (actions) => {
            for (const action of actions) await (await world.ready(action))()
          }),
        )
        expect(await during).toEqual({})
        await expectSound(world)
      })
      expect(tried).toBeGreaterThan(0)
    },
    RUNS_TIMEOUT_MS,
  )
})
