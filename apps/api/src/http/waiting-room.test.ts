import express from "express"
import { once } from "node:events"
import { createServer } from "node:http"
import { afterEach, describe, expect, it } from "vitest"
import { orderAdmission } from "./order-admission.ts"
import { createWaitingRoom } from "./waiting-room.ts"

const SECRET = "a secret of thirty-two characters"
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that admits one order at a time; each ends when the test says so. */
async function startServer() {
  const inProgress: { client: string; end: () => void }[] = []
  const app = express()
  app.use(orderAdmission({ limit: 1, waitingRoom: {} }))
  app.post("/orders", (req, res) => {
    inProgress.push({ client: String(req.headers["x-client"]), end: () => void res.status(201).end() })
  })
  const server = createServer(app).listen(0, "127.0.0.1")
  await once(server, "listening")
  closing.push(() => server.close())
  const address = server.address()
  if (typeof address !== "object" || !address) throw new Error("no port")
  const order = (client: string, token?: string | null) =>
    fetch(`http://127.0.0.1:${address.port}/orders`, {
      method: "POST",
      headers: { "x-client": client, ...(token && { "waiting-token": token }) },
    })
  return { order, inProgress }
}

describe("the waiting room", () => {
  it("admits clients in the order in which they first came, in whatever order they come back", async () => {
    const { order, inProgress } = await startServer()
    const first = order("0")
    await expect.poll(() => inProgress.length).toBe(1)

    const tokens = new Map<string, string | null>()
    for (let n = 1; n <= 12; n++) {
      const refused = await order(String(n))
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1)
      tokens.set(String(n), refused.headers.get("waiting-token"))
    }
    inProgress[0]?.end()
    await first

    const admitted: string[] = []
    while (tokens.size > 0) {
      // The last to come is the first to ask, and one who has never been there asks before everybody.
      expect((await order("late")).status).toBe(503)
      const answers = [...tokens].toReversed().map(async ([client, token]) => {
        const answer = await order(client, token)
        if (answer.status === 503) tokens.set(client, answer.headers.get("waiting-token"))
        else admitted.push(client)
        return answer
      })
      await expect.poll(() => inProgress.length).toBe(admitted.length + 2)
      const { client = "", end } = inProgress.at(-1) ?? {}
      tokens.delete(client)
      end?.()
      await Promise.all(answers)
    }
    expect(admitted).toEqual(Array.from({ length: 12 }, (_, n) => String(n + 1)))
  })
})

describe("a waiting token", () => {
  function fullRoom(options: { secret?: string } = {}) {
    let time = 1_000_000
    const room = createWaitingRoom({ limit: 1, now: () => time, ...options })
    expect(room.enter(undefined)).toEqual({ admitted: true })
    const tokenOf = (token?: string): string => {
      const entered = room.enter(token)
      if (entered.admitted || entered.token === undefined) throw new Error("There was room")
      return entered.token
    }
    return { ...room, tokenOf, pass: (ms: number) => (time += ms) }
  }

  it("keeps its place over retries", () => {
    const room = fullRoom()
    const mine = room.tokenOf()
    const later = room.tokenOf()
    const again = room.tokenOf(room.tokenOf(mine))
    room.leave(0)
    expect(room.enter(later).admitted).toBe(false)
    expect(room.enter(again).admitted).toBe(true)
  })

  it("that is forged, cut, or of somebody else's secret is ignored", () => {
    const room = fullRoom()
    const mine = room.tokenOf()
    const earlier = mine.replace(/^\w/, "0")
    room.leave(0)
    for (const bad of [earlier, mine.slice(0, -1), "x", "", fullRoom({ secret: SECRET }).tokenOf()]) {
      expect(room.enter(bad).admitted).toBe(false)
    }
    expect(room.enter(mine).admitted).toBe(true)
  })

  it("is good for who got it alone", () => {
    const room = fullRoom()
    const enter = (token: string | undefined, owner: string) => room.enter(token, { owner, onePlace: false })
    const mine = enter(undefined, "minji")
    const token = mine.admitted ? undefined : mine.token
    room.leave(0)
    for (const other of ["minj", "minji2", ""]) expect(enter(token, other).admitted).toBe(false)
    expect(enter(token, "minji").admitted).toBe(true)
  })

  it("is one for all that somebody with one place asks for, and is found without it", () => {
    const room = fullRoom()
    const enter = (owner: string) => room.enter(undefined, { owner, onePlace: true }).admitted
    for (let n = 0; n < 100; n++) expect(enter("greedy")).toBe(false)
    expect(enter("minji")).toBe(false)
    expect(room.waiting()).toBe(2)
    room.leave(0)
    expect(enter("minji")).toBe(false)
    expect(enter("greedy")).toBe(true)
    room.leave(0)
    expect(enter("greedy")).toBe(false)
    expect(enter("minji")).toBe(true)
    room.leave(0)
    room.pass(3_600_000)
    expect(enter("minji")).toBe(true)
    expect(room.waiting()).toBe(0)
  })

  it("keeps its place apart from that of another process that was given in the same instant", () => {
    const [here, there] = [fullRoom({ secret: SECRET }), fullRoom({ secret: SECRET })]
    const [mine, theirs] = [here.tokenOf(), there.tokenOf()]
    there.tokenOf(mine)
    expect(there.waiting()).toBe(2)
    there.leave(0)
    const tokens = [theirs, mine]
    for (const left of [1, 0]) {
      const at = tokens.findIndex((token) => there.enter(token).admitted)
      expect(at).not.toBe(-1)
      tokens.splice(at, 1)
      expect(there.waiting()).toBe(left)
      there.leave(0)
    }
  })

  it("counts once", () => {
    const room = fullRoom()
    const mine = room.tokenOf()
    room.tokenOf()
    room.leave(0)
    expect(room.enter(mine).admitted).toBe(true)
    room.leave(0)
    expect(room.enter(mine).admitted).toBe(false)
  })

  it("of who does not come back in time keeps nobody waiting", () => {
    const room = fullRoom()
    room.tokenOf()
    room.leave(0)
    expect(room.enter(undefined).admitted).toBe(false)
    room.pass(3_600_000)
    expect(room.enter(undefined).admitted).toBe(true)
  })

  it("is good in another process with the same secret, once", () => {
    const here = fullRoom({ secret: SECRET })
    const there = fullRoom({ secret: SECRET })
    const mine = here.tokenOf()
    here.pass(1)
    there.pass(1)
    there.tokenOf()
    there.leave(0)
    expect(there.enter(mine).admitted).toBe(true)
    there.leave(0)
    expect(there.enter(mine).admitted).toBe(false)
  })

  it("says to come back when those before it will have been served", () => {
    const room = fullRoom()
    // Ten end per second.
    room.leave(100)
    room.enter(undefined)
    const seconds = Array.from({ length: 30 }, () => {
      const entered = room.enter(undefined)
      return entered.admitted ? 0 : entered.retryAfterSeconds
    })
    expect([seconds[0], seconds[9], seconds[14], seconds[29]]).toEqual([1, 1, 2, 3])
  })

  it("is not given to more than the process remembers", () => {
    const room = fullRoom()
    for (let n = 0; n < 20_000; n++) room.enter(undefined)
    expect(room.enter(undefined)).toMatchObject({ admitted: false, token: undefined })
    expect(room.waiting()).toBe(20_000)
  })
})
