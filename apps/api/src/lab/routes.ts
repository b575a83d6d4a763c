import { Router } from "express"
import { SeedRequest } from "./schema.ts"
import type { Lab } from "./service.ts"

export function createLabRoutes({ service }: { service: Lab }): Router {
  const router = Router()
  router.post("/init", async (req, res) => {
    res.json(await service.seed(SeedRequest.parse(req.body ?? {})))
  })
  return router
}
