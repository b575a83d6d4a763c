import { z } from "zod"
import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { CreatedWebhook, Redelivered, WebhookBody, WebhookList, WebhookPath } from "./schema.ts"
import type { Webhooks } from "./service.ts"

const access = { who: "scope", scope: "shop:admin" } as const

export const createWebhookRoutes = ({ service }: { service: Webhooks }): Route[] => [
  defineRoute({
    id: "listWebhooks",
    method: "GET",
    path: "/admin/webhooks",
    summary: "The webhooks, with what waits and what was given up",
    tag: "Webhooks",
    answer: { status: 200, schema: WebhookList, description: "At most 20 of them" },
    access,
    handle: () => service.list(),
  }),
  defineRoute({
    id: "createWebhook",
    method: "POST",
    path: "/admin/webhooks",
    summary: "Sends what happens to a URL: structured CloudEvents, signed as Standard Webhooks says",
    tag: "Webhooks",
    input: { body: WebhookBody },
    answer: { status: 201, schema: CreatedWebhook, description: "With its secret, which is not shown again" },
    refusals: ["WEBHOOK_LIMIT_REACHED"],
    access,
    idempotentAs: "webhooks",
    handle: ({ body }, request, by) => service.create(body, { request, by }),
  }),
  defineRoute({
    id: "deleteWebhook",
    method: "DELETE",
    path: "/admin/webhooks/:id",
    summary: "Ends a webhook; what was not delivered is dropped",
    tag: "Webhooks",
    input: { path: WebhookPath },
    answer: { status: 204, schema: z.undefined(), description: "It is gone" },
    refusals: ["WEBHOOK_NOT_FOUND"],
    access,
    handle: ({ path }, by) => service.remove(path.id, by),
  }),
  defineRoute({
    id: "redeliverWebhook",
    method: "POST",
    path: "/admin/webhooks/:id/redeliver",
    summary: "Tries again what was given up, in its order; a webhook that was disabled is enabled",
    tag: "Webhooks",
    input: { path: WebhookPath },
    answer: { status: 200, schema: Redelivered, description: "How many deliveries that are" },
    refusals: ["WEBHOOK_NOT_FOUND"],
    access,
    idempotentAs: "webhooks/redeliver",
    handle: ({ path }, request, by) => service.redeliver(path.id, { request, by }),
  }),
]
