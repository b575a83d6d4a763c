import { isDeepStrictEqual } from "node:util"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORDER_STRATEGIES } from "../../src/env.ts"
import { byClients, sequences, terms, together } from "./arbitraries.ts"
import type { Action } from "./actions.ts"
import { RUNS_TIMEOUT_MS, tryRuns } from "./runs.ts"
import { serialOrder } from "./serial-order.ts"
import { apply, couponsOf, newModel, ordersOf } from "./shop-model.ts"
import type { Model } from "./shop-model.ts"
import { openWorld, startProcesses } from "./world.ts"
import type { Processes, World } from "./world.ts"

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
  stock: model.products.map(({ stock }) => stock),
})

async function expectSound(world: World) {
  expect(await world.violations()).toEqual({})
  expect(await world.settle()).toEqual({})
}

/** Answers the action as the model does, which advances; `answers` is what the keys were answered. */
async function expectSame(asked: Action, { model, world, answers }: Compared) {
  const action = world.pin(asked)
  const expected = apply(model, action)
  const { outcome, text } = await world.answer(action)
  expect(outcome).toEqual(expected)
  if (action.do === "claim") await world.grant()
  if (action.key === undefined || outcome.code !== "created") return
  // What a key is answered that had no effect, since the order was cancelled before, is not kept.
  const name = `${action.do} ${action.key} ${action.do === "cancel" ? `${action.of} ${action.nth}` : ""}`
  expect(text).toBe(answers.get(name) ?? text)
  answers.set(name, text)
}

type Compared = { model: Model; world: World; answers: Map<string, string> }

const command = (action: Action): fc.AsyncCommand<Model, Omit<Compared, "model">> => ({
  check: () => true,
  run: (model, real) => expectSame(action, { model, ...real }),
  toString: () => JSON.stringify(action),
})

describe.each(ORDER_STRATEGIES)("a shop with %s orders", (strategy) => {
  let processes: Processes
  beforeAll(async () => {
    processes = await startProcesses({ ORDER_STRATEGY: strategy })
  })
  afterAll(() => processes[Symbol.asyncDispose]())

  it(
    "answers any sequence of requests as the model does",
    async () => {
      const tried = await tryRuns(
        { values: fc.tuple(terms, sequences(command)), withinMs: 2_300 },
        async ([own, commands]) => {
          const world = await openWorld(processes, own, NAMES)
          const model = newModel(own, NAMES)
          const real = { world, answers: new Map<string, string>() }
          await fc.asyncModelRun(() => ({ model, real }), commands)
          expect(await world.look()).toEqual(lookOf(model))
          expect(await world.settle()).toEqual({})
        },
      )
      expect(tried).toBeGreaterThan(0)
    },
    RUNS_TIMEOUT_MS,
  )

  it(
    `answers ${CLIENTS} requests at once as if they had come one after the other`,
    async () => {
      const tried = await tryRuns(
        { values: fc.tuple(terms, together(CLIENTS)), withinMs: 1_500 },
        async ([own, { before, atOnce, isSpread }]) => {
          const model = newModel(own, NAMES)
          const world = await openWorld(processes, own, NAMES)
          const compared = { model, world, answers: new Map<string, string>() }
          for (const action of before) await expectSame(action, compared)

          const actions = atOnce.map((action) => world.pin(action))
          const observed = await Promise.all(
            actions.map(async (action, at) => {
              const { outcome } = await world.answer(action, isSpread && at % 2 === 0 ? "late" : "on")
              return { action, outcome }
            }),
          )
          await expectSound(world)

          const end = await world.look()
          const order = serialOrder(model, observed, (last) => isDeepStrictEqual(lookOf(last), end))
          expect({ observed, end, order }).toEqual({ observed, end, order: expect.any(Array) })
        },
      )
      expect(tried).toBeGreaterThan(0)
    },
    RUNS_TIMEOUT_MS,
  )

  it(
    `keeps its invariants while ${CLIENTS} clients do what they like`,
    async () => {
      const tried = await tryRuns(
        { values: fc.tuple(terms, byClients(CLIENTS)), withinMs: 700 },
        async ([own, clients]) => {
          const world = await openWorld(processes, own, NAMES)
          const during = world.violations()
          await Promise.all(
            clients.map(async (actions, at) => {
              for (const action of actions) {
                await world.answer(world.pin(action), at % 2 === 0 ? "on" : "late")
                if (action.do === "claim") await world.grant()
              }
            }),
          )
          expect(await during).toEqual({})
          await expectSound(world)
        },
      )
      expect(tried).toBeGreaterThan(0)
    },
    RUNS_TIMEOUT_MS,
  )
})
