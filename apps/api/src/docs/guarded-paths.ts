import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "zod-openapi"
import { accessOf } from "../auth/access.ts"
import type { Access } from "../auth/access.ts"
import type { Env } from "../env.ts"
import type { RefusalCode } from "../errors.ts"
import { problems } from "./operations.ts"

type Guarding = Pick<Env, "AUTH" | "USER_RATE_LIMIT">
type Operation = ["get" | "post", ZodOpenApiOperationObject]

/** The same paths with what the guard adds: the token that a route needs, and the refusals of who has none or asks too often. */
export function guardedPaths(paths: ZodOpenApiPathsObject, guarding: Guarding): ZodOpenApiPathsObject {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => {
      const guarded = (["get", "post"] as const).flatMap((method): Operation[] => {
        const operation = operations[method]
        const access = accessOf({ method: method.toUpperCase(), path })
        return operation && access ? [[method, guardedOperation(operation, { access, guarding })]] : []
      })
      return [path, Object.fromEntries(guarded)]
    }),
  )
}

function guardedOperation(
  operation: ZodOpenApiOperationObject,
  { access, guarding }: { access: Access; guarding: Guarding },
): ZodOpenApiOperationObject {
  const needsToken = guarding.AUTH === "jwt" && access.who !== "anybody" && access.who !== "lab"
  const refusals: RefusalCode[] = []
  if (needsToken) refusals.push("UNAUTHORIZED")
  if (needsToken && access.who === "owner") refusals.push("FORBIDDEN")
  if (guarding.USER_RATE_LIMIT > 0 && (needsToken || access.who === "owner")) refusals.push("RATE_LIMITED")
  return {
    ...operation,
    ...(needsToken && { security: [{ userToken: [] }] }),
    responses: { ...operation.responses, ...problems(refusals) },
  }
}
