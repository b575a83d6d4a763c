import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { Product, ProductList, ProductPath, ProductsQuery } from "./schema.ts"
import type { Products } from "./service.ts"

export const createProductRoutes = ({ service }: { service: Products }): Route[] => [
  defineRoute({
    id: "listProducts",
    method: "GET",
    path: "/products",
    summary: "Products by their id",
    tag: "Products",
    input: { query: ProductsQuery },
    answer: { status: 200, schema: ProductList, description: "At most `limit` of them" },
    access: { who: "anyone" },
    handle: ({ query }) => service.list(query),
  }),
  defineRoute({
    id: "getProduct",
    method: "GET",
    path: "/products/:id",
    summary: "One product",
    tag: "Products",
    input: { path: ProductPath },
    answer: { status: 200, schema: Product, description: "With its current stock" },
    refusals: ["PRODUCT_NOT_FOUND"],
    access: { who: "anyone" },
    handle: ({ path }) => service.one(path.id),
  }),
]
