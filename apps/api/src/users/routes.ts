import { Router } from "express"
import { UserQuery } from "./schema.ts"
import type { Users } from "./service.ts"

export function createUserRoutes({ service }: { service: Users }): Router {
  const router = Router()
  router.get("/users/id", async (req, res) => {
    const { name } = UserQuery.parse(req.query)
    res.json(await service.idOf(name))
  })
  return router
}
