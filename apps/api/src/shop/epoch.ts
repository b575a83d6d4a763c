import type { Db, Tx } from "../infra/db.ts"
import type { Epoch } from "../infra/keys.ts"

const NO_SHOP = "The table shop is empty; a migration put its only row there"

export async function shopEpoch(db: Db | Tx): Promise<Epoch> {
  const [row] = await db.$queryRaw<{ epoch: Epoch }[]>`SELECT epoch::text FROM shop`
  if (!row) throw new Error(NO_SHOP)
  return row.epoch
}

/** Blocks other seedings of the shop until this transaction ends. */
export async function lockShopExclusive(tx: Tx): Promise<Epoch> {
  const [row] = await tx.$queryRaw<{ epoch: Epoch }[]>`SELECT epoch::text FROM shop FOR UPDATE`
  if (!row) throw new Error(NO_SHOP)
  return row.epoch
}

/** Starts the shop's next epoch; the transaction holds the exclusive shop lock. */
export async function startEpoch(tx: Tx): Promise<Epoch> {
  const [row] = await tx.$queryRaw<
    { epoch: Epoch }[]
  >`UPDATE shop SET epoch = gen_random_uuid() RETURNING epoch::text`
  if (!row) throw new Error(NO_SHOP)
  return row.epoch
}
