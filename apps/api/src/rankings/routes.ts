import { Router } from "express"
import { RankingQuery } from "./schema.ts"
import type { Rankings } from "./service.ts"

export function createRankingRoutes({ service }: { service: Rankings }): Router {
  const router = Router()
  router.get("/products/top", async (req, res) => {
    const { limit } = RankingQuery.parse(req.query)
    res.json(await service.top(limit))
  })
  router.get("/products/top/realtime", async (req, res) => {
    const { limit } = RankingQuery.parse(req.query)
    res.json(await service.realtime(limit))
  })
  return router
}
