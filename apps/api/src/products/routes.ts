import { Router } from "express"
import { ProductPath, ProductsQuery } from "./schema.ts"
import type { Products } from "./service.ts"

export function createProductRoutes({ service }: { service: Products }): Router {
  const router = Router()
  router.get("/products", async (req, res) => {
    res.json(await service.list(ProductsQuery.parse(req.query)))
  })
  router.get("/products/:id", async (req, res) => {
    const { id } = ProductPath.parse(req.params)
    res.json(await service.one(id))
  })
  return router
}
