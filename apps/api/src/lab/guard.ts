import { createHash, timingSafeEqual } from "node:crypto"
import type { RequestHandler } from "express"
import { RefusalError } from "../errors.ts"

const digest = (text: string) => createHash("sha256").update(text).digest()

type GuardOptions = { lab: "on" | "off"; token: string | undefined }

/** Stands before the lab's routes: without the lab they do not exist, with a token they need it. */
export function labGuard({ lab, token }: GuardOptions): RequestHandler {
  const expected = token === undefined ? undefined : digest(`Bearer ${token}`)
  return (req, _res, next) => {
    if (lab === "off") throw new RefusalError("NOT_FOUND", "No such path")
    // Digests have one length, so the comparison tells nothing of the token.
    if (expected && !timingSafeEqual(digest(req.headers.authorization ?? ""), expected)) {
      throw new RefusalError("UNAUTHORIZED", "Send Authorization: Bearer with the lab's token")
    }
    next()
  }
}
