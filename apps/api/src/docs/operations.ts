import { z } from "zod"
import type { ZodOpenApiOperationObject, ZodOpenApiParameters, ZodOpenApiResponsesObject } from "zod-openapi"
import { REFUSALS } from "../errors.ts"
import type { RefusalCode } from "../errors.ts"

/** What every refusal looks like (RFC 9457). */
export const Problem = z
  .object({
    type: z.string().meta({
      description: "Stable name of the kind of problem",
      example: "urn:saleproof:problem:out-of-stock",
    }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(REFUSALS)),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "What is wrong with the input, entry by entry" }),
  })
  .meta({ id: "Problem" })

const IdempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/)
  .optional()
  .meta({
    description:
      "Repeat a request with the key of the first, and it happens once; the answer is the same, byte for byte",
  })

const RETRIED = new Set([429, 503])
const RetryAfter = z.object({ "Retry-After": z.int().meta({ description: "Seconds" }) })

type Described = {
  summary: string
  tag: string
  params?: ZodOpenApiParameters
  body?: { schema: z.ZodType; required?: boolean }
  /** The answer of a request that worked. */
  answer: { status: 200 | 201; schema: z.ZodType; description: string }
  refusals?: RefusalCode[]
  keyed?: boolean
  secured?: boolean
}

// What any request can meet: the shop is too busy, or a part of it is away.
const ALWAYS: RefusalCode[] = ["OVERLOADED", "UNAVAILABLE"]

/** An operation of the OpenAPI document, with a problem for every refusal that it knows. */
export function operation(described: Described): ZodOpenApiOperationObject {
  const { summary, tag, params = {}, body, answer, keyed, secured } = described
  const header = keyed ? z.object({ "Idempotency-Key": IdempotencyKey }) : undefined
  return {
    summary,
    tags: [tag],
    requestParams: { ...params, ...(header && { header }) },
    ...(body && {
      requestBody: {
        required: body.required ?? true,
        content: { "application/json": { schema: body.schema } },
      },
    }),
    ...(secured && { security: [{}, { labToken: [] }] }),
    responses: {
      [String(answer.status)]: {
        description: answer.description,
        content: { "application/json": { schema: answer.schema } },
      },
      ...problems(refusalsOf(described)),
    },
  }
}

function refusalsOf({ params, body, refusals = [], keyed, secured }: Described): RefusalCode[] {
  return [
    ...(params || body || keyed ? (["BAD_REQUEST"] as const) : []),
    ...(body ? (["UNSUPPORTED_MEDIA_TYPE", "PAYLOAD_TOO_LARGE"] as const) : []),
    ...(keyed ? (["IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_MISMATCH"] as const) : []),
    ...(secured ? (["UNAUTHORIZED", "NOT_FOUND"] as const) : []),
    ...refusals,
    ...ALWAYS,
  ]
}

/** The answers that refuse with these codes, by status. */
export function problems(codes: RefusalCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => REFUSALS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.join(", "),
        ...(RETRIED.has(status) && { headers: RetryAfter }),
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  )
}
