import type { Effect } from "../client/effects.ts"
import type { Http } from "../client/http.ts"
import type { Entry } from "../client/journal.ts"
import { inParallel } from "../client/parallel.ts"
import { couponIdOf } from "../client/shopper.ts"
import { countBy } from "./acknowledged.ts"
import { numbersOf } from "./answer.ts"
import type { Violation } from "./violation.ts"

type Numbers = ReturnType<typeof numbersOf>

const AT_ONCE = 10
const PAGE = 1_000

type SeenOptions = { http: Pick<Http, "send">; entries: readonly Entry[]; userIds: readonly number[] }

/** Asks the API itself for every user's balance: what was paid in and refunded less what was paid. */
export async function checkBalances({ http, entries, userIds }: SeenOptions): Promise<Violation[]> {
  const look = async ([userId, amount]: [number, number]): Promise<Violation[]> => {
    const answer = await http.send({ method: "GET", path: `/users/${userId}/balance` })
    const { balance } = "lost" in answer ? {} : numbersOf(answer)
    if (balance === amount) return []
    return [{ check: "balances", detail: `user ${userId} has ${balance}, and should have ${amount}` }]
  }
  const expected = [...expectedBalances(entries, userIds)]
  return (await inParallel(expected, { most: AT_ONCE, work: look })).flat()
}

function expectedBalances(entries: readonly Entry[], userIds: readonly number[]): Map<number, number> {
  const expected = new Map(userIds.map((userId) => [userId, 0]))
  for (const { effect, outcome, answer } of entries) {
    if (outcome !== "acknowledged" || !answer || effect.kind === "claim" || effect.kind === "restock")
      continue
    const change = changeOf(effect, numbersOf(answer))
    expected.set(effect.userId, (expected.get(effect.userId) ?? 0) + change)
  }
  return expected
}

/** Won that an acknowledged effect adds to its user's balance. */
function changeOf(effect: Effect, { totalAmount = Number.NaN, refunded = Number.NaN }: Numbers): number {
  if (effect.kind === "charge") return effect.amount
  return effect.kind === "cancel" ? refunded : -totalAmount
}

/** Asks the API itself for every claimant's coupons: one for each acknowledged claim. */
export async function checkCoupons({ http, entries }: Omit<SeenOptions, "userIds">): Promise<Violation[]> {
  const claims = entries.flatMap(({ effect, outcome }) =>
    effect.kind === "claim" && outcome === "acknowledged" ? effect : [],
  )
  const expected = countBy(claims, ({ userId }) => String(userId))
  const look = async ([userId, count]: [string, number]): Promise<Violation[]> => {
    const seen = await countCoupons({ http, userId, enough: count })
    if (seen === count) return []
    return [{ check: "coupons", detail: `user ${userId} sees ${seen} coupons after ${count} claims` }]
  }
  return (await inParallel([...expected], { most: AT_ONCE, work: look })).flat()
}

type Counting = { http: Pick<Http, "send">; userId: string; enough: number }

/** Counts page by page, until one is not full or there are more than enough; undefined when one was not answered. */
async function countCoupons({ http, userId, enough }: Counting): Promise<number | undefined> {
  let seen = 0
  for (let after = ""; ;) {
    const page = await couponPage(http, `/users/${userId}/coupons?status=all&limit=${PAGE}${after}`)
    if (!page) return undefined
    seen += page.length
    if (page.length < PAGE || seen > enough) return seen
    after = `&after=${couponIdOf(page.at(-1))}`
  }
}

async function couponPage(http: Pick<Http, "send">, path: string): Promise<unknown[] | undefined> {
  const answer = await http.send({ method: "GET", path })
  const page: unknown = "lost" in answer || answer.status !== 200 ? undefined : JSON.parse(answer.body)
  return Array.isArray(page) ? page : undefined
}
