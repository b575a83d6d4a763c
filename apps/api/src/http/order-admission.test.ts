import { once } from "node:events"
import { createServer, request } from "node:http"
import express from "express"
import { expect, it } from "vitest"
import { orderAdmission } from "./order-admission.ts"

it("an order whose client is gone before its token was checked takes no room", async () => {
  const checked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const app = express()
    .use(async (req, res, next) => {
      if (req.headers["x-slow"] === undefined) return next()
      res.on("close", closed.resolve)
      await checked.promise
      next()
    })
    .use(orderAdmission({ limit: 1 }))
    .post("/orders", (_req, res) => void res.status(201).end())
  const server = createServer(app).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (typeof address !== "object" || !address) throw new Error("no port")
  const url = `http://127.0.0.1:${address.port}/orders`

  const gone = request(url, { method: "POST", headers: { "x-slow": "yes" } })
  gone.on("error", () => undefined)
  gone.end()
  await once(server, "request")
  gone.destroy()
  await closed.promise
  checked.resolve()
  await checked.promise
  const orders = [await fetch(url, { method: "POST" }), await fetch(url, { method: "POST" })]
  expect(orders.map(({ status }) => status)).toEqual([201, 201])
  server.close()
})
