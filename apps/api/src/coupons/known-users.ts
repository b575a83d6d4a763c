import { Refusal } from "../errors.ts"
import type { Epoch } from "../infra/keys.ts"
import type { Users } from "../users/service.ts"

const MOST_REMEMBERED = 200_000

/** Refuses users who do not exist. Users are never deleted within an epoch, so who was seen once is not asked for again. */
export function createKnownUsers({ users }: { users: Users }) {
  const known = new Set<number>()
  let epoch: Epoch | undefined
  return async (current: Epoch, userId: number): Promise<void> => {
    if (current !== epoch || known.size >= MOST_REMEMBERED) known.clear()
    epoch = current
    if (known.has(userId)) return
    if (!(await users.exists(userId))) throw new Refusal("USER_NOT_FOUND", `User ${userId} does not exist`)
    if (current === epoch) known.add(userId)
  }
}
