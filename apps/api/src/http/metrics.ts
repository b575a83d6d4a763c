import { z } from "zod"
import type { Metrics } from "../infra/metrics.ts"
import { defineRoute } from "./define-route.ts"
import type { Route } from "./define-route.ts"

export const createMetricsRoutes = ({ metrics }: { metrics: Metrics }): Route[] => [
  defineRoute({
    id: "getMetrics",
    method: "GET",
    path: "/metrics",
    summary: "Prometheus metrics",
    tag: "Process",
    answer: { status: 200, schema: z.string(), mediaType: "text/plain", description: "Every series" },
    access: { who: "anyone" },
    async respond(res) {
      res.type(metrics.registry.contentType).send(await metrics.registry.metrics())
    },
  }),
]
