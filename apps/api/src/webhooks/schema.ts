import { z } from "zod"
import { EVENT_TYPES } from "../events/types.ts"
import { Id, IdText } from "../http/fields.ts"

const MAX_URL = 2_000

const EventTypes = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .refine((types) => new Set(types).size === types.length, "must not name a type twice")
  .meta({ uniqueItems: true, description: "Types of the events that it receives", example: ["order.placed"] })

export const WebhookBody = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(MAX_URL)
      .meta({
        description: "In production https and a public address; elsewhere this machine as well, and http",
        example: "http://127.0.0.1:9/hooks",
      }),
    events: EventTypes,
  })
  .meta({ id: "WebhookRequest" })
export type WebhookBody = z.infer<typeof WebhookBody>

const fields = {
  webhookId: Id,
  url: z.string(),
  events: z.array(z.enum(EVENT_TYPES)),
  createdAt: z.iso.datetime(),
}

export const CreatedWebhook = z
  .object({
    ...fields,
    secret: z.string().meta({
      description: "Verifies the signatures; shown only now",
      example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    }),
  })
  .meta({ id: "CreatedWebhook" })

const DeadLetter = z
  .object({
    eventId: z.string(),
    type: z.enum(EVENT_TYPES),
    attempts: z.int().min(0),
    lastError: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "DeadLetter" })

export const Webhook = z
  .object({
    ...fields,
    disabledAt: z.iso.datetime().optional().meta({
      description: "Where it failed for WEBHOOK_DISABLE_AFTER: it is sent nothing until it is redelivered",
    }),
    waiting: z
      .int()
      .min(0)
      .meta({ description: "Deliveries that wait or are tried again; counted up to 10,000" }),
    dead: z.int().min(0).meta({
      description: "Deliveries that were given up, WEBHOOK_DEAD_LETTERS at most; counted up to 10,000",
    }),
    deadLetters: z.array(DeadLetter).meta({ description: "The oldest 20 of those" }),
  })
  .meta({ id: "Webhook" })

export const WebhookList = z.array(Webhook).meta({ id: "WebhookList" })

export const WebhookPath = z.object({ id: IdText })

export const Redelivered = z
  .object({ webhookId: Id, redelivered: z.int().min(0).meta({ description: "At most 10,000 per request" }) })
  .meta({ id: "Redelivered" })
