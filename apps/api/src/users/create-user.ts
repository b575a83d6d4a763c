import type { ChangeCommit } from "../administration/commit.ts"
import { writeJournal } from "../administration/journal.ts"
import { RefusalError } from "../errors.ts"
import type { By } from "../http/define-route.ts"
import { jsonAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import type { NewUser } from "./schema.ts"

type Asked = { request: KeyedRequest | null; by: By }

/** Makes a user, and links the subject of their tokens if there is one: NAME_TAKEN, SUBJECT_TAKEN. */
export function createUserCreation({ commit }: { commit: ChangeCommit }) {
  return ({ name, ...given }: NewUser, { request, by }: Asked): Promise<Answer> =>
    commit(request, async (tx) => {
      const subject = given.subject ?? null
      const [user] = await tx.$queryRaw<{ id: number }[]>`
        INSERT INTO users (name, subject) VALUES (${name}, ${subject}) ON CONFLICT DO NOTHING RETURNING id`
      if (!user) {
        const named = await tx.user.findUnique({ where: { name } })
        throw named
          ? new RefusalError("NAME_TAKEN", "There is a user of this name")
          : new RefusalError("SUBJECT_TAKEN", "This subject is linked to another user")
      }
      const after = { name, subject }
      await writeJournal(tx, { by, action: "user.created", targetId: user.id, before: null, after })
      return jsonAnswer(201, { userId: user.id, name })
    })
}

export type CreateUser = ReturnType<typeof createUserCreation>
