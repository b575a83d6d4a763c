import { Router } from "express"
import type { Audit } from "./service.ts"

export function createAuditRoutes({ service }: { service: Audit }): Router {
  const router = Router()
  router.get("/audit", async (_req, res) => {
    res.json(await service.run())
  })
  return router
}
