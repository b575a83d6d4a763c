import { Router } from "express"
import { sendAnswer } from "../idempotency/answer.ts"
import { keyedRequest } from "../idempotency/request.ts"
import { CLAIM_OPERATION } from "./answers.ts"
import { ClaimQuery, CouponPath, CouponsQuery } from "./schema.ts"
import type { Coupons } from "./service.ts"

export function createCouponRoutes({ service }: { service: Coupons }): Router {
  const router = Router()
  router.post("/coupons", async (req, res) => {
    const command = ClaimQuery.parse(req.query)
    sendAnswer(res, await service.claim(command, keyedRequest(req, CLAIM_OPERATION)))
  })
  router.get("/users/:id/coupons", async (req, res) => {
    const { id } = CouponPath.parse(req.params)
    res.json(await service.list(id, CouponsQuery.parse(req.query)))
  })
  return router
}
