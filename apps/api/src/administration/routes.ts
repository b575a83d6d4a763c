import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { Product } from "../products/schema.ts"
import type { Journal } from "./journal.ts"
import type { createPolicyAdministration } from "./policies.ts"
import type { createProductAdministration } from "./products.ts"
import { JournalPage, JournalPageQuery, NewPolicy, NewProduct, Policy, PolicyChange } from "./schema.ts"
import { ProductChange, Restock, Restocked, TargetPath } from "./schema.ts"

export type Administration = {
  products: ReturnType<typeof createProductAdministration>
  policies: ReturnType<typeof createPolicyAdministration>
  journal: Journal
}

const common = { tag: "Administration", access: { who: "scope", scope: "shop:admin" } } as const

/** What the operator does; every change is an entry in the journal. */
export const createAdministrationRoutes = ({ products, policies, journal }: Administration): Route[] => [
  ...productRoutes(products),
  ...policyRoutes(policies),
  defineRoute({
    ...common,
    id: "listJournalEntries",
    method: "GET",
    path: "/admin/journal",
    summary: "Who changed what and when, newest first",
    input: { query: JournalPageQuery },
    answer: { status: 200, schema: JournalPage, description: "A page of entries" },
    handle: ({ query }) => journal.page(query),
  }),
]

const productRoutes = (products: Administration["products"]): Route[] => [
  defineRoute({
    ...common,
    id: "createProduct",
    method: "POST",
    path: "/admin/products",
    summary: "Creates a product",
    input: { body: NewProduct },
    answer: { status: 201, schema: Product, description: "The product" },
    idempotentAs: "products.create",
    handle: ({ body }, request, by) => products.create(body, { request, by }),
  }),
  defineRoute({
    ...common,
    id: "changeProduct",
    method: "PATCH",
    path: "/admin/products/:id",
    summary: "Changes a product or its sale terms; null takes a term away",
    input: { path: TargetPath, body: ProductChange },
    answer: { status: 200, schema: Product, description: "The product as it is now" },
    refusals: ["PRODUCT_NOT_FOUND"],
    idempotentAs: "products.change",
    handle: ({ path, body }, request, by) => products.change(path.id, body, { request, by }),
  }),
  defineRoute({
    ...common,
    id: "restockProduct",
    method: "POST",
    path: "/admin/products/:id/restock",
    summary: "Puts units in, or takes off what is left",
    input: { path: TargetPath, body: Restock },
    answer: { status: 201, schema: Restocked, description: "The stock afterwards" },
    refusals: ["PRODUCT_NOT_FOUND", "OUT_OF_STOCK", "STOCK_LIMIT"],
    idempotentAs: "products.restock",
    handle: ({ path, body }, request, by) => products.restock(path.id, body, { request, by }),
  }),
]

const policyRoutes = (policies: Administration["policies"]): Route[] => [
  defineRoute({
    ...common,
    id: "createPolicy",
    method: "POST",
    path: "/admin/policies",
    summary: "Creates a coupon policy",
    input: { body: NewPolicy },
    answer: { status: 201, schema: Policy, description: "The policy" },
    idempotentAs: "policies.create",
    handle: ({ body }, request, by) => policies.create(body, { request, by }),
  }),
  defineRoute({
    ...common,
    id: "changePolicy",
    method: "PATCH",
    path: "/admin/policies/:id",
    summary: "Changes, opens or closes a coupon policy",
    input: { path: TargetPath, body: PolicyChange },
    answer: { status: 200, schema: Policy, description: "The policy as it is now" },
    refusals: ["POLICY_NOT_FOUND", "TOTAL_BELOW_CLAIMED"],
    idempotentAs: "policies.change",
    handle: ({ path, body }, request, by) => policies.change(path.id, body, { request, by }),
  }),
]
