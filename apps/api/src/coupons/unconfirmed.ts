import type { Logger } from "../infra/logger.ts"
import { every } from "../infra/every.ts"
import type { Epoch } from "../infra/keys.ts"
import type { ShopView, Shop } from "../shop/view.ts"
import { isBefore } from "./pending.ts"
import type { Claim, Pending } from "./pending.ts"

const CHECK_EVERY_MS = 250
const APPEND_CHUNK = 500

type Deps = { view: ShopView; pending: Pending; logger: Logger; limit: number }

/** `home` is the generation whose pending list holds the claim, or "lost" while there is none. */
type Unconfirmed = { claim: Claim; home: string }

/**
 * The claims that this process answered with 201 and that are not known to be in PostgreSQL yet. When Redis loses its data
 * they are appended to the pending list again, so that a flush alone cannot take back a promise.
 */
export function createUnconfirmedClaims({ view, pending, logger, limit }: Deps) {
  const entries = new Map<string, Unconfirmed>()
  let epoch: Epoch | undefined

  function remember(shop: Shop, entryId: string, claim: Claim) {
    if (shop.epoch !== epoch) entries.clear()
    epoch = shop.epoch
    entries.set(entryId, { claim, home: shop.generation })
  }

  /** The list is trimmed from its head after the commit, so everything older than its head is a coupon by now. */
  async function confirm(shop: Shop) {
    const newest = [...entries.keys()].at(-1) ?? ""
    const oldest = await pending.oldest(shop.epoch)
    if (oldest.generation !== shop.generation) return
    for (const [entryId, { home }] of entries) {
      const gone =
        oldest.entryId === undefined ? !isBefore(newest, entryId) : isBefore(entryId, oldest.entryId)
      if (gone && home === shop.generation) entries.delete(entryId)
    }
  }

  async function appendAgain(lostEpoch: Epoch, home: string) {
    const lost = [...entries].filter(([, entry]) => entry.home !== home)
    for (let at = 0; at < lost.length; at += APPEND_CHUNK) {
      const chunk = lost.slice(at, at + APPEND_CHUNK)
      const ids = await pending.append(
        lostEpoch,
        chunk.map(([, { claim }]) => claim),
      )
      for (const [index, [oldId, { claim }]] of chunk.entries()) {
        entries.delete(oldId)
        entries.set(ids[index] ?? oldId, { claim, home })
      }
    }
    if (lost.length > 0) logger.warn({ claims: lost.length }, "claims appended again after Redis lost data")
  }

  async function check() {
    const status = view.status()
    if (epoch === undefined || entries.size === 0 || status === "away") return
    if (status !== "lost" && status.epoch !== epoch) return entries.clear()
    await appendAgain(epoch, status === "lost" ? "lost" : status.generation)
    if (status !== "lost") await confirm(status)
  }

  const checks = every({
    everyMs: CHECK_EVERY_MS,
    step: check,
    onError: (err) => logger.debug({ err }, "Redis is away"),
  })

  return {
    remember,
    isFull: () => entries.size >= limit,
    size: () => entries.size,
    stop: checks.stop,
  }
}

export type UnconfirmedClaims = ReturnType<typeof createUnconfirmedClaims>
