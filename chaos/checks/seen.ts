import type { Http } from "../client/http.ts"
import type { Entry } from "../client/journal.ts"
import { countBy } from "./acknowledged.ts"
import { numbersOf } from "./answer.ts"
import type { Violation } from "./violation.ts"

type SeenOptions = { http: Pick<Http, "send">; entries: readonly Entry[]; userIds: readonly number[] }

/** Asks the API itself for every user's balance: what was paid in less what was paid. */
export async function checkBalances({ http, entries, userIds }: SeenOptions): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const [userId, amount] of expectedBalances(entries, userIds)) {
    const answer = await http.send({ method: "GET", path: `/users/${userId}/balance` })
    const { balance } = "lost" in answer ? {} : numbersOf(answer)
    if (balance !== amount)
      violations.push({
        check: "balances",
        detail: `user ${userId} has ${balance}, and should have ${amount}`,
      })
  }
  return violations
}

function expectedBalances(entries: readonly Entry[], userIds: readonly number[]): Map<number, number> {
  const expected = new Map(userIds.map((userId) => [userId, 0]))
  for (const { effect, outcome, answer } of entries) {
    if (outcome !== "acknowledged" || !answer || effect.kind === "claim") continue
    const change = effect.kind === "charge" ? effect.amount : -(numbersOf(answer).totalAmount ?? Number.NaN)
    expected.set(effect.userId, (expected.get(effect.userId) ?? 0) + change)
  }
  return expected
}

/** Asks the API itself for every claimant's coupons: one for each acknowledged claim. */
export async function checkCoupons({ http, entries }: Omit<SeenOptions, "userIds">): Promise<Violation[]> {
  const claims = entries.flatMap(({ effect, outcome }) =>
    effect.kind === "claim" && outcome === "acknowledged" ? effect : [],
  )
  const expected = countBy(claims, ({ userId }) => String(userId))
  const violations: Violation[] = []
  for (const [userId, count] of expected) {
    const answer = await http.send({ method: "GET", path: `/users/${userId}/coupons?status=all&limit=1000` })
    const coupons: unknown = "lost" in answer || answer.status !== 200 ? undefined : JSON.parse(answer.body)
    const seen = Array.isArray(coupons) ? coupons.length : undefined
    if (seen !== count)
      violations.push({
        check: "coupons",
        detail: `user ${userId} sees ${seen} coupons after ${count} claims`,
      })
  }
  return violations
}
