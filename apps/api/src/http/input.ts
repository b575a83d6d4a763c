import type { Request } from "express"
import type { z } from "zod"

/** What an endpoint reads of a request; a part without a schema is not read. */
export type Schemas = { path?: z.ZodObject; query?: z.ZodObject; body?: z.ZodType }

/** The validated parts of a request. */
export type Input<S extends Schemas> = {
  [Part in keyof S]: S[Part] extends z.ZodType ? z.output<S[Part]> : undefined
}

type Read = { input?: Schemas; bodyOptional?: boolean }

/** Makes the one function that validates the requests of a route; it throws a ZodError for input that is wrong. */
export function inputReader<S extends Schemas>({ input = {}, bodyOptional = false }: Read) {
  const { path, query, body } = input
  const read = (req: Request) => ({
    path: path?.parse(req.params),
    query: query?.parse(req.query),
    body: body?.parse(bodyOptional ? (req.body ?? {}) : req.body),
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each part is what its own schema made of it
  return read as (req: Request) => Input<S>
}
