import { RefusalError } from "../errors.ts"

type Window = { startsAt: Date | null; endsAt: Date | null }

/** @throws BAD_REQUEST when what would be stored ends before it starts; a request may change one end alone */
export function requireOrder({ startsAt, endsAt }: Window): void {
  if (startsAt === null || endsAt === null || endsAt >= startsAt) return
  const message = `must not be before startsAt, which is ${startsAt.toISOString()}`
  throw new RefusalError("BAD_REQUEST", `endsAt: ${message}`, {
    extra: { errors: [{ path: "endsAt", message }] },
  })
}
