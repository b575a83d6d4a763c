import { Router } from "express"
import { sendAnswer } from "../idempotency/answer.ts"
import { keyedRequest } from "../idempotency/request.ts"
import { ChargeBody, LedgerPageQuery, UserPath } from "./schema.ts"
import type { Balance } from "./service.ts"

export function createBalanceRoutes({ service }: { service: Balance }): Router {
  const router = Router()
  router.post("/users/:id/balance", async (req, res) => {
    const { id } = UserPath.parse(req.params)
    const { amount } = ChargeBody.parse(req.body)
    sendAnswer(res, await service.charge(id, amount, keyedRequest(req, "charge")))
  })
  router.get("/users/:id/balance", async (req, res) => {
    const { id } = UserPath.parse(req.params)
    res.json(await service.find(id))
  })
  router.get("/users/:id/balance/history", async (req, res) => {
    const { id } = UserPath.parse(req.params)
    res.json(await service.history(id, LedgerPageQuery.parse(req.query)))
  })
  return router
}
