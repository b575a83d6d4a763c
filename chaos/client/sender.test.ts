import type { ServerResponse } from "node:http"

import { afterEach, beforeEach, expect, it } from "vitest"

import { createRandom } from "../random.ts"
import { startTestServer } from "../test/test-server.ts"
import type { TestServer } from "../test/test-server.ts"
import type { Effect } from "./effects.ts"
import { createJournal } from "./journal.ts"
import { createSender } from "./sender.ts"

const CHARGE: Effect = { kind: "charge", key: "key-1", userId: 1, amount: 500 }

let keys: unknown[]
let script: ((res: ServerResponse) => void)[]
let shop: TestServer

beforeEach(async () => {
  keys = []
  script = []
  shop = await startTestServer((req, res) => {
    keys.push(req.headers["idempotency-key"])
    const act = script.shift() ?? created
    act(res)
  })
})

afterEach(() => shop[Symbol.asyncDispose]())

const created = (res: ServerResponse) => void res.writeHead(201).end("{}")
const busy = (res: ServerResponse) => void res.writeHead(503, { "retry-after": "0" }).end("{}")
const cut = (res: ServerResponse) => void res.socket?.resetAndDestroy()

function senderWith({ patienceMs = 10_000 } = {}) {
  const journal = createJournal()
  return {
    journal,
    sender: createSender({ http: shop.http, journal, random: createRandom("1"), patienceMs }),
  }
}

it("repeats with the same key after 503 and after a lost connection, until an answer settles it", async () => {
  script = [busy, cut]
  const { journal, sender } = senderWith()
  expect(await sender.send(CHARGE)).toMatchObject({ status: 201 })
  expect(keys).toEqual(["key-1", "key-1", "key-1"])
  const [entry] = journal.entries()
  expect(entry).toMatchObject({ outcome: "acknowledged", attempts: 3, resolvedByKey: false })
  expect(entry?.open.map(({ reason }) => reason)).toEqual(["503", expect.any(String)])
})

it("does not repeat a refusal", async () => {
  script = [(res) => void res.writeHead(409).end("{}")]
  const { journal, sender } = senderWith()
  expect(await sender.send(CHARGE)).toMatchObject({ status: 409 })
  expect(keys).toHaveLength(1)
  expect(journal.of("charge")[0]?.outcome).toBe("refused")
})

it("leaves an effect open when patience ends, and resolves it later with its key", async () => {
  script = [cut]
  const { journal, sender } = senderWith({ patienceMs: 0 })
  expect(await sender.send(CHARGE)).toBeUndefined()
  expect(journal.unsettled()).toHaveLength(1)
  await sender.resolve(3)
  expect(journal.unsettled()).toEqual([])
  expect(journal.of("charge")[0]).toMatchObject({ outcome: "acknowledged", resolvedByKey: true })
  expect(keys).toEqual(["key-1", "key-1"])
})

it("sends a burst at once, and keeps what contradicts the first answer", async () => {
  script = [created, created, (res) => void res.writeHead(201).end('{"second":true}')]
  const { journal, sender } = senderWith()
  await sender.burst(CHARGE, 3)
  expect(keys).toEqual(["key-1", "key-1", "key-1"])
  expect(journal.contradictions).toHaveLength(1)
})
