import type { Db } from "../infra/db.ts"
import { createEpochCache } from "../shop/epoch-cache.ts"
import type { ShopView } from "../shop/view.ts"

// Names are at most 100 characters, so this is some tens of megabytes at worst.
const MOST_REMEMBERED = 100_000

/** Users, who are known by their name and exist from the first time it is asked for, until the shop is refilled. */
export function createUsers({ db, view }: { db: Db; view: ShopView }) {
  const idByName = createEpochCache<number>({ view, most: MOST_REMEMBERED })

  async function find(name: string): Promise<number | undefined> {
    const user = await db.user.findUnique({ where: { name }, select: { id: true } })
    return user?.id
  }

  async function create(name: string): Promise<number | undefined> {
    const [created] = await db.$queryRaw<{ id: number }[]>`
      INSERT INTO users (name) VALUES (${name}) ON CONFLICT (name) DO NOTHING RETURNING id`
    return created?.id
  }

  async function findOrCreate(name: string): Promise<number> {
    const id = (await find(name)) ?? (await create(name)) ?? (await find(name))
    if (id === undefined) throw new Error("A user vanished while being created")
    return id
  }

  return {
    /** The id of the user with this name; of many who ask at once for a new name, one creates it. */
    idOf: (name: string): Promise<number> => idByName(name, () => findOrCreate(name)),

    async exists(id: number): Promise<boolean> {
      return (await db.user.findUnique({ where: { id }, select: { id: true } })) !== null
    },
  }
}

export type Users = ReturnType<typeof createUsers>
