import type { Request, RequestHandler, Response } from "express"
import type { z } from "zod"
import type { Access, Caller, Scope } from "../auth/access.ts"
import type { RefusalCode } from "../errors.ts"
import { sendAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import { keyedRequest } from "../idempotency/request.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { inputReader } from "./input.ts"
import type { Input, Schemas } from "./input.ts"

export type Method = "GET" | "POST" | "PATCH" | "DELETE"

/** Runs before a handler; false when it has sent a response itself. */
export type Check<Subject> = (subject: Subject, res: Response) => boolean | Promise<boolean>

/** What a route's access rule asks for: `before` its input is read, and `after` it was validated. */
type Checks<RouteInput> = { before?: Check<Request>; after?: Check<RouteInput> | undefined }
export type Guard = <RouteInput>(access: Access<RouteInput>) => Checks<RouteInput>

export type Documented = { schema: z.ZodType; description: string; mediaType?: string }

/** What a record says about an endpoint, apart from how it is handled. */
export type RouteFacts = {
  /** Names the operation in the OpenAPI document. */
  id: string
  method: Method
  /** With parameters as Express writes them, e.g. `/orders/:id`. */
  path: `/${string}`
  summary: string
  tag: string
  input?: Schemas
  /** A request without a body counts as `{}`. */
  bodyOptional?: boolean
  /** The response of a request that succeeded. */
  answer: Documented & { status: 200 | 201 | 204 }
  /** Responses that are neither that nor a problem document, by status. */
  otherAnswers?: Record<number, Documented>
  /** What the endpoint itself refuses; what any endpoint can refuse is added. */
  refusals?: readonly RefusalCode[]
  /** Who is rejected may wait for its turn, with a Waiting-Token. */
  waits?: true
  /** The operation among the stored answers, for an endpoint that honors an Idempotency-Key. */
  idempotentAs?: string
}

/** Who asks; null where no token says so: in the lab, and on public routes. */
export type By = Caller | null

type Handling<RouteInput, Result> =
  /** The result is sent as JSON with the status of `answer`. */
  | { idempotentAs?: undefined; handle: (input: RouteInput, by: By) => Promise<Result> }
  /** The answer is sent as the bytes that it is. */
  | {
      idempotentAs: string
      handle: (input: RouteInput, request: KeyedRequest | null, by: By) => Promise<Answer>
    }
  /** Sends the response itself, for what is not JSON; a repeat has to have the same effect, as no answer is kept. */
  | { respond: (res: Response) => void | Promise<void> }

type Definition<S extends Schemas, A extends z.ZodType> = RouteFacts & {
  input?: S
  answer: { schema: A }
  /** Who may call it; an endpoint without a rule does not compile. */
  access: Access<Input<S>>
} & Handling<Input<S>, z.output<A>>

/** One endpoint: routing, validation, access, 405 and its part of the OpenAPI document follow from it. */
export type Route = RouteFacts & {
  who: Access<unknown>["who"]
  /** The scope that a token needs. */
  scope?: Scope
  /** Whether the request names the user whose requests are counted in a lab. */
  namesUser: boolean
  /** What `guard` asks of who calls, before anything is read. */
  before: (guard: Guard) => Check<Request> | undefined
  /** The handler behind the checks that `guard` asks for. */
  handler: (guard: Guard) => RequestHandler
}

/** The record of one endpoint; every feature lists its own in its routes.ts. */
export function defineRoute<const S extends Schemas, A extends z.ZodType>(
  definition: Definition<S, A>,
): Route {
  const { access, ...facts } = definition
  const read = inputReader<S>(definition)
  const run = runner(definition)
  return {
    ...facts,
    who: access.who,
    namesUser: "userOf" in access,
    ...(access.who === "scope" && { scope: access.scope }),
    before: (guard) => guard(access).before,
    handler(guard) {
      const { before, after } = guard(access)
      if (!before && !after) return (req, res) => run(read(req), req, res)
      return async (req, res) => {
        if (before && !(await before(req, res))) return
        const input = read(req)
        if (after && !(await after(input, res))) return
        await run(input, req, res)
      }
    },
  }
}

function runner<S extends Schemas, A extends z.ZodType>(definition: Definition<S, A>) {
  type Run = (input: Input<S>, req: Request, res: Response) => void | Promise<void>
  if ("respond" in definition) {
    const { respond, idempotentAs } = definition
    const run: Run = (_input, req, res) => {
      if (idempotentAs !== undefined) keyedRequest(req, idempotentAs)
      return respond(res)
    }
    return run
  }
  if (definition.idempotentAs !== undefined) {
    const { handle, idempotentAs } = definition
    const run: Run = async (input, req, res) =>
      sendAnswer(res, await handle(input, keyedRequest(req, idempotentAs), byOf(res)))
    return run
  }
  const { handle, answer } = definition
  const run: Run = async (input, _req, res) => {
    const result = await handle(input, byOf(res))
    if (answer.status === 204) res.status(204).end()
    else res.status(answer.status).json(result)
  }
  return run
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Express does not type locals; the guard sets it
const byOf = (res: Response): By => (res.locals.caller as Caller | undefined) ?? null
