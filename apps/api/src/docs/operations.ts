import { z } from "zod"
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from "zod-openapi"
import type { Env } from "../env.ts"
import { REFUSALS } from "../errors.ts"
import type { RefusalCode } from "../errors.ts"
import { EXEMPT } from "../http/admission.ts"
import type { Documented, Route } from "../http/define-route.ts"

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
    productId: z.int().optional().meta({ description: "The product that is not sold, or not so many of it" }),
    startsAt: z.iso.datetime().optional().meta({ description: "SALE_NOT_OPEN: when the sale begins" }),
    maxPerUser: z.int().optional().meta({ description: "LIMIT_REACHED: units that one user may have" }),
    totalAmount: z.int().optional().meta({ description: "PRICE_CHANGED: what the order costs now, in won" }),
  })
  .meta({ id: "Problem" })

const IdempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/)
  .optional()
  .meta({
    description:
      "A repeat with the key of the first request has no further effect and gets the same answer, byte for byte",
  })

const RETRIED = new Set([429, 503])
const RetryAfter = z.object({ "Retry-After": z.int().min(1).max(60).meta({ description: "Seconds" }) })
// Whatever is sent is no error: a token that is not valid is ignored.
const SentToken = z.string().optional().meta({
  description: "The Waiting-Token of the caller's earlier 503, with WAITING_ROOM=on: its place is kept",
})
const WaitingToken = RetryAfter.extend({
  "Waiting-Token": z.string().optional().meta({
    description: "With WAITING_ROOM=on: send it again in time, and this request goes before later ones",
  }),
})

type Settings = Pick<Env, "AUTH" | "USER_RATE_LIMIT" | "ADDRESS_RATE_LIMIT">

/** A route as an operation of the OpenAPI document, with a problem for each of its refusals. */
export function operationOf(route: Route, settings: Settings): ZodOpenApiOperationObject {
  const { id, summary, tag, input = {}, answer, idempotentAs } = route
  const { body, ...params } = input
  const headers = {
    ...(idempotentAs !== undefined && { "Idempotency-Key": IdempotencyKey }),
    ...(route.waits && { "Waiting-Token": SentToken }),
  }
  return {
    operationId: id,
    summary,
    tags: [tag],
    security: securityOf(route, settings),
    requestParams: { ...params, ...(Object.keys(headers).length > 0 && { header: z.object(headers) }) },
    ...(body && {
      requestBody: {
        required: route.bodyOptional !== true,
        content: { "application/json": { schema: body } },
      },
    }),
    responses: {
      ...refusedResponses(route, settings),
      [String(answer.status)]: answerOf(answer),
    },
  }
}

/** The problems of a route, with what some clients get instead. Probes are never refused: theirs is all they get. */
function refusedResponses(route: Route, settings: Settings): Record<string, ZodOpenApiResponseObject> {
  const refused = problems(refusalsOf(route, settings), route.waits ? WaitingToken : RetryAfter)
  for (const [status, other] of Object.entries(route.otherAnswers ?? {})) {
    const problem = refused[status]
    if (!problem) continue
    const { description, content } = responseOf(other)
    refused[status] = EXEMPT.has(route.path)
      ? { description, content }
      : {
          ...problem,
          description: `${problem.description}; ${description}`,
          content: { ...problem.content, ...content },
        }
  }
  return refused
}

const responseOf = ({ schema, description, mediaType = "application/json" }: Documented) => ({
  description,
  content: { [mediaType]: { schema } },
})

/** A 204 has no content. */
const answerOf = ({ status, ...answer }: Route["answer"]) =>
  status === 204 ? { description: answer.description } : responseOf(answer)

const needsToken = ({ who }: Route, { AUTH }: Settings) => AUTH === "jwt" && who !== "anyone" && who !== "lab"

function securityOf(route: Route, settings: Settings) {
  if (route.who === "lab") return [{}, { labToken: [] }]
  // OpenAPI 3.1 lets any scheme list what the caller needs.
  return needsToken(route, settings) ? [{ userToken: route.scope ? [route.scope] : [] }] : []
}

function refusalsOf(route: Route, settings: Settings): RefusalCode[] {
  const { who, refusals = [], idempotentAs } = route
  const identified = needsToken(route, settings)
  const when = (applies: boolean, ...codes: RefusalCode[]) => (applies ? codes : [])
  return [
    "BAD_REQUEST",
    // Whatever the operation makes of a body, it is read; that of a GET is not.
    ...when(route.method !== "GET", "UNSUPPORTED_MEDIA_TYPE", "PAYLOAD_TOO_LARGE"),
    ...when(idempotentAs !== undefined, "IDEMPOTENCY_MISMATCH"),
    ...when(identified || who === "lab", "UNAUTHORIZED"),
    ...when((identified && (who === "owner" || who === "scope")) || isOriginChecked(route), "FORBIDDEN"),
    ...when(isLimited(route, settings), "RATE_LIMITED"),
    ...refusals,
    ...ALWAYS,
  ]
}

/** A browser says which page a write under /admin comes from, and no other server's may send one. */
const isOriginChecked = ({ method, path }: Route) => method !== "GET" && path.startsWith("/admin/")

/** With AUTH=jwt by caller or address, whatever is asked for; in a lab by the user that the request names. */
function isLimited(route: Route, { AUTH, USER_RATE_LIMIT, ADDRESS_RATE_LIMIT }: Settings): boolean {
  if (AUTH === "jwt") return USER_RATE_LIMIT + ADDRESS_RATE_LIMIT > 0 && !EXEMPT.has(route.path)
  return USER_RATE_LIMIT > 0 && route.namesUser
}

// What any request can meet: the shop is too busy, or a part of it is down.
const ALWAYS: RefusalCode[] = ["OVERLOADED", "UNAVAILABLE"]

/** The answers that refuse with these codes, by status. */
function problems(
  codes: readonly RefusalCode[],
  retryHeaders: z.ZodObject,
): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(codes, (code) => REFUSALS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.join(", "),
        ...(RETRIED.has(status) && { headers: status === 503 ? retryHeaders : RetryAfter }),
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  )
}
