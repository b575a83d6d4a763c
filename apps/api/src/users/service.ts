import { RefusalError } from "../errors.ts"
import { hidden, pgArray } from "../infra/db.ts"
import type { Db, Statements } from "../infra/db.ts"
import { createSharedRead } from "../infra/shared-read.ts"
import { createEpochCache } from "../shop/epoch-cache.ts"
import type { EpochWatch } from "../shop/epoch-watch.ts"

// Names are at most 100 characters, so this is some tens of megabytes at worst.
const MOST_REMEMBERED = 100_000

type UsersDeps = {
  db: Db
  epochWatch: EpochWatch
  maxQueued: number
  /** Whether looking up an unknown name creates the user; only a lab's users come to exist like that. */
  createsUnknown: boolean
}

/** Users, who are known by their name, and to an issuer of tokens by their subject. */
export function createUsers({ db, epochWatch, maxQueued, createsUnknown }: UsersDeps) {
  const remembered = createEpochCache<number>({ epochWatch, most: MOST_REMEMBERED })
  const find = createSharedRead<Named, number | null>({
    read: createsUnknown ? (asked) => findOrCreateAll(db.raw, asked) : (asked) => findAllNamed(db.raw, asked),
    missing: null,
    maxQueued,
  })
  const exists = createSharedRead<{ id: number }, boolean>({
    read: (asked) => findAll(db.raw, asked),
    missing: false,
    maxQueued,
  })

  async function load(name: string): Promise<number> {
    const id = await find({ name })
    if (id !== null) return id
    if (createsUnknown) throw new Error("A user vanished while being created")
    throw new RefusalError("USER_NOT_FOUND", "There is no user of this name")
  }

  return {
    /**
     * The id of the user with this name; in a lab, of many who ask at once for a new name, one creates it.
     * @throws USER_NOT_FOUND elsewhere
     */
    idOf: (name: string): Promise<number> => remembered<never>(name, () => load(name)),

    exists: (id: number): Promise<boolean> => exists({ id }),
  }
}

export type Users = ReturnType<typeof createUsers>

type Named = { name: string }

async function findOrCreateAll(db: Statements, asked: readonly Named[]): Promise<ReadonlyMap<Named, number>> {
  const ids = new Map<string, number>()
  const missing = () => JSON.stringify(asked.map(({ name }) => name).filter((name) => !ids.has(name)))
  // A name that another request creates at the same time is found by the second read.
  for (const step of [findNames, createNames, findNames]) {
    for (const { id, name } of await step(db, missing())) ids.set(name, id)
    if (asked.every(({ name }) => ids.has(name))) break
  }
  return idsBy(asked, ids)
}

async function findAllNamed(db: Statements, asked: readonly Named[]): Promise<ReadonlyMap<Named, number>> {
  const users = await findNames(db, JSON.stringify(asked.map(({ name }) => name)))
  return idsBy(asked, new Map(users.map(({ id, name }) => [name, id])))
}

const idsBy = (asked: readonly Named[], ids: ReadonlyMap<string, number>) =>
  new Map(
    asked.flatMap((one) => {
      const id = ids.get(one.name)
      return id === undefined ? [] : [[one, id] as const]
    }),
  )

type User = { id: number; name: string }

/** `names` is a JSON array. */
function findNames(db: Statements, names: string): Promise<User[]> {
  return db.$queryRaw<User[]>`
    SELECT id, name FROM users WHERE name = ANY (ARRAY(SELECT jsonb_array_elements_text(${names}::jsonb)))`
}

/** In one order everywhere, so that two processes who create the same names never wait for each other. */
function createNames(db: Statements, names: string): Promise<User[]> {
  return db.$queryRaw<User[]>`
    INSERT INTO users (name) SELECT DISTINCT name FROM jsonb_array_elements_text(${names}::jsonb) AS name ORDER BY name
    ON CONFLICT (name) DO NOTHING RETURNING id, name`
}

async function findAll<Asked extends { id: number }>(
  db: Statements,
  asked: readonly Asked[],
): Promise<ReadonlyMap<Asked, boolean>> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT id FROM users WHERE id = ANY (${hidden(pgArray(asked.map(({ id }) => id)))}::int[])`
  const found = new Set(rows.map(({ id }) => id))
  return new Map(asked.map((one) => [one, found.has(one.id)]))
}
