import type { Db } from "../infra/db.ts"

/** Users, who are known by their name and exist from the first time it is asked for. */
export function createUsers({ db }: { db: Db }) {
  async function find(name: string): Promise<number | undefined> {
    const user = await db.user.findUnique({ where: { name }, select: { id: true } })
    return user?.id
  }

  async function create(name: string): Promise<number | undefined> {
    const [created] = await db.$queryRaw<{ id: number }[]>`
      INSERT INTO users (name) VALUES (${name}) ON CONFLICT (name) DO NOTHING RETURNING id`
    return created?.id
  }

  return {
    /** The id of the user with this name; of many who ask at once for a new name, one creates it. */
    async idOf(name: string): Promise<number> {
      const id = (await find(name)) ?? (await create(name)) ?? (await find(name))
      if (id === undefined) throw new Error("A user vanished while being created")
      return id
    },

    async exists(id: number): Promise<boolean> {
      return (await db.user.findUnique({ where: { id }, select: { id: true } })) !== null
    },
  }
}

export type Users = ReturnType<typeof createUsers>
