import { createHash, timingSafeEqual } from "node:crypto"
import type { Request } from "express"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"

const digest = (text: string) => createHash("sha256").update(text).digest()

/** What the lab's routes check: where there is a LAB_TOKEN, they need it. */
export function createLabCheck({ LAB_TOKEN }: Pick<Env, "LAB_TOKEN">) {
  const expected = LAB_TOKEN === undefined ? undefined : digest(`Bearer ${LAB_TOKEN}`)
  return (req: Request): boolean => {
    // Digests have one length, so the comparison reveals nothing of the token.
    if (expected && !timingSafeEqual(digest(req.headers.authorization ?? ""), expected)) {
      throw new RefusalError("UNAUTHORIZED", "Send Authorization: Bearer with the lab's token")
    }
    return true
  }
}
