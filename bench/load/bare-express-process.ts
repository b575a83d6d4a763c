import process from "node:process"

import express from "express"

const PRICE = 2_000

// Ctrl-C reaches the whole group; the parent decides when this process ends.
process.on("SIGINT", () => undefined)
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))

const app = express()
// As the shop has it, so that the two differ by what the shop does.
app.disable("x-powered-by").set("etag", false).use(express.json())
let orderId = 0
app.post("/orders", (req, res) => {
  const { userId, items }: { userId?: unknown; items?: unknown } = Object(req.body)
  const total = Array.isArray(items) ? items.length * PRICE : 0
  orderId++
  res.status(201).json({ orderId, userId, couponId: null, subtotal: total, discount: 0, totalAmount: total })
})

const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("Not listening on a port")
  process.send?.({ url: `http://127.0.0.1:${address.port}` })
})
