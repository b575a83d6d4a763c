import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { AuditQuery, AuditReport } from "./schema.ts"
import type { Audit } from "./service.ts"

export const createAuditRoutes = ({ service }: { service: Audit }): Route[] => [
  defineRoute({
    id: "auditShop",
    method: "GET",
    path: "/audit",
    summary:
      "Counts the violations of every invariant of the business, now; ?full=1 counts what is sealed again",
    tag: "Lab",
    input: { query: AuditQuery },
    answer: { status: 200, schema: AuditReport, description: "`ok` when there are none" },
    access: { who: "lab" },
    handle: ({ query }) => (query.full ? service.runFull() : service.run()),
  }),
]
