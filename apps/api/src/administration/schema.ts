import { z } from "zod"
import { DiscountRate } from "../coupons/discount-rate.ts"
import { Id, IdText, Instant, LongIdText, Won, pageSize } from "../http/fields.ts"
import { Name, printableText } from "../http/name.ts"

const MAX_WON = 1_000_000_000
const MAX_UNITS = 1_000_000_000
const MAX_COUPONS = 10_000_000
const INT4_MAX = 2_147_483_647

export const TargetPath = z.object({ id: IdText })

const Price = z.int().min(0).max(MAX_WON).meta({ description: "Whole won", example: 2_000 })
const Stock = z.int().min(0).max(MAX_UNITS).meta({ description: "Units", example: 100 })
const MaxPerUser = z.int().min(1).max(INT4_MAX).meta({
  description:
    "Units that the orders of one user may have, apart from cancelled ones; it counts from then on",
})

/** Without sale terms a product is sold from its creation on, without an end or a limit. */
export const NewProduct = z
  .strictObject({
    name: Name,
    price: Price,
    stock: Stock,
    startsAt: Instant.nullish().transform(orNull),
    endsAt: Instant.nullish().transform(orNull),
    maxPerUser: MaxPerUser.nullish().transform(orNull),
  })
  .refine(isInOrder, { path: ["endsAt"], message: "must not be before startsAt" })
  .meta({ id: "NewProduct" })
export type NewProduct = z.infer<typeof NewProduct>

/** Null takes a sale term away; what is left out stays as it is. */
export const ProductChange = z
  .strictObject({
    name: Name.optional(),
    price: Price.optional(),
    startsAt: Instant.nullable().optional(),
    endsAt: Instant.nullable().optional(),
    maxPerUser: MaxPerUser.nullable().optional(),
    closed: z.boolean().optional().meta({ description: "Nothing of a closed product is sold" }),
  })
  .refine(changesSomething, "must change something")
  .meta({ id: "ProductChange", override: { minProperties: 1 } })
export type ProductChange = z.infer<typeof ProductChange>

export const Restock = z
  .strictObject({
    quantity: z
      .int()
      .min(-MAX_UNITS)
      .max(MAX_UNITS)
      .refine((units) => units !== 0, "must not be 0")
      .meta({
        description: "Units put in; a negative number takes off, never below a stock of 0",
        example: 10,
      }),
    reason: printableText(500).optional().meta({ description: "For the journal" }),
  })
  .meta({ id: "Restock" })
export type Restock = z.infer<typeof Restock>

export const Restocked = z.object({ productId: Id, stock: z.int().min(0) }).meta({ id: "Restocked" })

const Total = z.int().min(0).max(MAX_COUPONS).meta({ description: "Coupons, all in all", example: 100 })

/** A policy opens at once and for 3 days, unless it says otherwise. */
export const NewPolicy = z
  .strictObject({
    total: Total,
    perUserLimit: z.int().min(1).max(MAX_COUPONS).nullish().transform(orNull).meta({
      description: "Coupons of this policy that a user may have",
    }),
    discountAmount: z.int().min(0).max(MAX_WON).default(0).meta({
      description: "Whole won off; counts while discountRate is 0",
    }),
    discountRate: DiscountRate,
    expireDays: z.int().min(1).max(3_650).default(7),
    startsAt: Instant.optional(),
    endsAt: Instant.optional(),
  })
  .refine(({ discountAmount, discountRate }) => discountAmount > 0 || discountRate > 0, {
    path: ["discountAmount"],
    message: "needs a discountAmount or a discountRate above 0",
  })
  .meta({ id: "NewPolicy" })
export type NewPolicy = z.infer<typeof NewPolicy>

export const PolicyChange = z
  .strictObject({
    total: Total.optional().meta({ description: "Never below what was promised already" }),
    startsAt: Instant.optional(),
    endsAt: Instant.optional(),
    closed: z.boolean().optional().meta({ description: "A closed policy gives no coupons" }),
  })
  .refine(changesSomething, "must change something")
  .meta({ id: "PolicyChange", override: { minProperties: 1 } })
export type PolicyChange = z.infer<typeof PolicyChange>

export const Policy = z
  .object({
    policyId: Id,
    total: z.int(),
    claimed: z.int().meta({ description: "Coupons that were promised" }),
    perUserLimit: z.int().nullable(),
    discountAmount: Won,
    discountRate: z.number(),
    expireDays: z.int(),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    closed: z.boolean(),
  })
  .meta({ id: "Policy" })

const ACTIONS = [
  "product.created",
  "product.changed",
  "product.restocked",
  "policy.created",
  "policy.changed",
  "user.created",
  "webhook.created",
  "webhook.deleted",
  "webhook.redelivered",
  "webhook.disabled",
] as const
export type JournalAction = (typeof ACTIONS)[number]

const EntryId = z.int().min(1)

export const JournalEntry = z
  .object({
    entryId: EntryId,
    createdAt: z.iso.datetime(),
    who: z.string().nullable().meta({
      description: "The `sub` of the token; null in a lab, and where the shop itself disabled a webhook",
    }),
    action: z.enum(ACTIONS),
    targetId: Id.meta({ description: "The id of the product, policy, user or webhook" }),
    before: z.unknown().meta({ description: "What it was; null for what is new" }),
    after: z.unknown().meta({ description: "What it became; null for what was deleted" }),
    quantity: z.int().optional().meta({ description: "Units of a restock" }),
    reason: z.string().optional(),
  })
  .meta({ id: "JournalEntry" })

export const JournalPage = z
  .object({
    entries: z.array(JournalEntry),
    next: EntryId.nullable().meta({
      description: "Ask with `before` = this for older ones; null at the end",
    }),
  })
  .meta({ id: "JournalPage" })

export const JournalPageQuery = z.object({
  limit: pageSize({ standard: 20, max: 100 }),
  before: LongIdText.optional().meta({ description: "Only entries older than this one" }),
})
export type JournalPageQuery = z.infer<typeof JournalPageQuery>

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null
}

function isInOrder({ startsAt, endsAt }: { startsAt: Date | null; endsAt: Date | null }): boolean {
  return startsAt === null || endsAt === null || endsAt >= startsAt
}

function changesSomething(change: object): boolean {
  return Object.keys(change).length > 0
}
