import { z } from "zod"
import { Id, IdText, LongIdText, Won, pageSize } from "../http/fields.ts"

const MAX_CHARGE = 100_000_000

export const ChargeBody = z
  .object({ amount: z.int().min(1).max(MAX_CHARGE).meta({ description: "Whole won", example: 10_000 }) })
  .meta({ id: "ChargeRequest" })

export const Balance = z.object({ userId: Id, balance: Won }).meta({ id: "Balance" })

const EntryId = z.int().min(1)

export const LedgerKind = z.enum(["charge", "order", "refund"])

export const LedgerEntry = z
  .object({
    entryId: EntryId,
    kind: LedgerKind,
    amount: Won.meta({ description: "What the balance changed by; an order is negative" }),
    balanceAfter: Won,
    orderId: z.int().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "LedgerEntry" })

export const LedgerPage = z
  .object({
    entries: z.array(LedgerEntry),
    next: EntryId.nullable().meta({
      description: "Ask with `before` = this for older ones; null at the end",
    }),
  })
  .meta({ id: "LedgerPage" })

export const UserPath = z.object({ id: IdText })

export const LedgerPageQuery = z.object({
  limit: pageSize({ standard: 20, max: 100 }),
  before: LongIdText.optional().meta({ description: "Only entries older than this one" }),
})
export type LedgerPageQuery = z.infer<typeof LedgerPageQuery>
