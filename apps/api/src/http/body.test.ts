import express from "express"
import type { ErrorRequestHandler } from "express"
import request from "supertest"
import { describe, expect, it } from "vitest"
import { jsonBody } from "./body.ts"
import { toRefusal } from "./problem.ts"

// oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
const refuse: ErrorRequestHandler = (error, _req, res, _next) => {
  const { status, code, message } = toRefusal(error)
  res.status(status).json({ code, message })
}

const app = express()
  .use(jsonBody())
  .all("/", (req, res) => void res.json({ body: req.body }))
  .use(refuse)

/** Read by Express's parser, and by ours. */
const TYPES = { "Express's parser": "application/json; charset=UTF-8; a=b", "the shop's": "application/json" }

async function answers(body: string | Buffer) {
  const read = async (type: string) => {
    const { status, body: answer } = await request(app)
      .post("/")
      .set("Content-Type", type)
      .serialize(String)
      .send(body)
    return { status, answer }
  }
  return Promise.all(Object.values(TYPES).map(read))
}

describe("a body means the same to both parsers", () => {
  it.each([
    [`{"a": [1, "ü", {"b": null}]}`],
    [` \n[1]`],
    [`\ufeff{"a": 1}`],
    [`{"__proto__": {"a": 1}}`],
    [`"text"`],
    [`1`],
    [` `],
    [`{`],
    [`\u00a0{}`],
    ["[".repeat(20) + "]".repeat(20)],
    ["[".repeat(21) + "]".repeat(21)],
    [`{"a": "${"[".repeat(30)}\\"${"{".repeat(30)}"}`],
    [`{"long": "${"x".repeat(60_000)}"}`],
  ])("%j", async (body) => {
    const [theirs, ours] = await answers(body)
    expect(ours).toEqual(theirs)
  })

  it("of a GET, namely nothing", async () => {
    for (const type of ["application/json", "text/plain"]) {
      const answer = await request(app)
        .get("/")
        .set("Content-Type", type)
        .serialize(String)
        .send("{".repeat(70_000))
      expect(answer).toMatchObject({ status: 200, body: {} })
    }
  })

  it("that is no UTF-8", async () => {
    const [theirs, ours] = await answers(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
    expect(ours).toEqual(theirs)
    expect(ours?.status).toBe(200)
  })
})
