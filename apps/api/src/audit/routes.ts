import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { AuditReport } from "./schema.ts"
import type { Audit } from "./service.ts"

export const createAuditRoutes = ({ service }: { service: Audit }): Route[] => [
  defineRoute({
    id: "auditShop",
    method: "GET",
    path: "/audit",
    summary: "Counts the violations of every invariant of the business, now",
    tag: "Lab",
    answer: { status: 200, schema: AuditReport, description: "`ok` when there are none" },
    access: { who: "lab" },
    handle: () => service.run(),
  }),
]
