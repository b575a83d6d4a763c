import { Router } from "express"
import { sendAnswer } from "../idempotency/answer.ts"
import { keyedRequest } from "../idempotency/request.ts"
import { OrderBody, OrderPageQuery, OrderPath, UserPath } from "./schema.ts"
import type { Orders } from "./service.ts"

export function createOrderRoutes({ service }: { service: Orders }): Router {
  const router = Router()
  router.post("/orders", async (req, res) => {
    const command = OrderBody.parse(req.body)
    sendAnswer(res, await service.place(command, keyedRequest(req, "orders")))
  })
  router.get("/orders/:id", async (req, res) => {
    const { id } = OrderPath.parse(req.params)
    res.json(await service.find(id))
  })
  router.get("/users/:id/orders", async (req, res) => {
    const { id } = UserPath.parse(req.params)
    res.json(await service.page(id, OrderPageQuery.parse(req.query)))
  })
  return router
}
