import type { Response } from "express"
import { RefusalError } from "../errors.ts"
import { problemDocument } from "../http/problem.ts"

/** A response as bytes, so that a repeat gets exactly the same. */
export type Answer = { status: number; body: string; code?: string }

export const jsonAnswer = (status: number, value: unknown): Answer => ({
  status,
  body: JSON.stringify(value),
})

/** A refusal that was decided, and so is an outcome like any other. */
export function refusedAnswer(refusal: RefusalError): Answer {
  const { status, code } = refusal
  return { status, code, body: JSON.stringify(problemDocument(refusal)) }
}

export const mismatchAnswer = (): Answer =>
  refusedAnswer(
    new RefusalError("IDEMPOTENCY_MISMATCH", "The Idempotency-Key belongs to a request with another payload"),
  )

export function sendAnswer(res: Response, { status, body, code }: Answer): void {
  if (code !== undefined) res.locals.code = code
  // Not by res.send: it finds out again what is known here, on the busiest routes.
  res.writeHead(status, {
    "Content-Type":
      status < 400 ? "application/json; charset=utf-8" : "application/problem+json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  })
  res.end(body)
}
