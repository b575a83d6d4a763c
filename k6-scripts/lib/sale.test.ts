import { expect, it } from "vitest"

import { isGreedy, makeSale, saleThresholds, usersOfVu } from "./sale.ts"

it.each([0.001, 0.03, 0.1, 1])("sells out and makes somebody reach the limit at a scale of %d", (scale) => {
  const { users, stock, maxPerUser, lead, arrivals } = makeSale({ scale })
  expect(stock).toBeLessThan(users * maxPerUser)
  expect(stock).toBeGreaterThan(users * (maxPerUser - 1))
  expect(arrivals).toBeLessThan(lead)
})

it("has each user once, in as few VUs as they need", () => {
  const users = [1, 2, 3, 4].flatMap((vu) => usersOfVu(vu, 70))
  expect(users).toEqual(Array.from({ length: 70 }, (_, index) => index + 1))
  expect(usersOfVu(4, 70)).toEqual([])
})

it("counts who must reach the limit whoever is faster: the greedy, and those with all that one may have", () => {
  const sale = makeSale({ scale: 1 })
  const greedy = Array.from({ length: sale.users }, (_, index) => index + 1).filter(isGreedy)
  expect(saleThresholds(sale)).toMatchObject({
    sale_limit_reached: [`count>=${1_500 + greedy.length}`],
    sale_units_sold: ["count==4500"],
  })
})
