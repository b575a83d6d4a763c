import { z } from "zod"

const INT4_MAX = 2_147_483_647
const DIGITS = /^[1-9]\d{0,15}$/

/** An id in a body. */
export const Id = z.int().min(1).max(INT4_MAX).meta({ description: "An id", example: 1 })

/** An id in a path or a query string: digits, answered as a number. */
export const IdText = z
  .string()
  .regex(DIGITS, "must be a positive whole number")
  .transform(Number)
  .pipe(z.number().max(INT4_MAX))
  .meta({ override: { type: "integer", minimum: 1, maximum: INT4_MAX }, example: 1 })

/** The same for what outgrows an int4: orders and ledger entries. */
export const LongIdText = z
  .string()
  .regex(DIGITS, "must be a positive whole number")
  .transform(Number)
  .pipe(z.number().max(Number.MAX_SAFE_INTEGER))
  .meta({ override: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, example: 1 })

/** Whole won. */
export const Won = z.int().meta({ description: "Whole won", example: 2000 })

/** How many entries a page holds, at most. */
export function pageSize({ standard, max }: { standard: number; max: number }) {
  return z
    .string()
    .regex(DIGITS, "must be a positive whole number")
    .transform(Number)
    .pipe(z.number().max(max))
    .optional()
    .transform((size) => size ?? standard)
    .meta({ override: { type: "integer", minimum: 1, maximum: max, default: standard } })
}

// Years of four digits: what PostgreSQL stores and an answer can say.
const EARLIEST = Date.parse("1970-01-01T00:00:00Z")
const LATEST = Date.parse("9999-12-31T23:59:59.999Z")

/** An instant in a body (RFC 3339), to the millisecond. */
export const Instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date.getTime() >= EARLIEST && date.getTime() <= LATEST, "must be from 1970 to 9999")
  .meta({ override: { type: "string", format: "date-time" }, example: "2026-11-27T00:00:00Z" })
