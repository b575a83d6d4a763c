/** One product, and more people who want it than there is of it. Lengths in seconds, prices in won. */
export type Sale = {
  users: number
  stock: number
  maxPerUser: number
  price: number
  /** From the setup to the start of the sale. */
  lead: number
  /** Within so long users come, of whom nobody can buy yet. */
  arrivals: number
  /** So long before the start users try again. */
  impatience: number
  /** Within so long after the start users notice that it has come. */
  reaction: number
}

const USERS = 3_000
/** A VU plays so many users at once, each in a promise of its own: 3,000 VUs would be 3,000 copies of the script in memory. */
export const USERS_PER_VU = 30
const MAX_PER_USER = 2
const PRICE = 2_000
const LEAD = 20
// The date that says what time it is at the shop is up to a second old.
const SHORTEST_LEAD = 3
const ARRIVING_SHARE = 0.6
const IMPATIENCE = 3
const REACTION = 5
// Some ask for more than they may have at once, the others one by one.
const GREEDY_EVERY = 10

/** Whether that user, from 1, asks for too much in one order. */
export const isGreedy = (user: number): boolean => user % GREEDY_EVERY === 0

/**
 * The sale at that scale. There is less than users may have together, so it sells out; and more than one unit for each,
 * so somebody reaches the limit, whoever is faster.
 */
export function makeSale({ scale, vus: users = USERS }: { scale: number; vus?: number | undefined }): Sale {
  const scaledUsers = Math.max(2, Math.round(users * scale))
  const lead = Math.max(SHORTEST_LEAD, LEAD * scale)
  return {
    users: scaledUsers,
    stock: Math.floor(1.5 * scaledUsers),
    maxPerUser: MAX_PER_USER,
    price: PRICE,
    lead,
    arrivals: (lead - 1) * ARRIVING_SHARE,
    // Never less than the second that a shop's clock may be off by.
    impatience: Math.max(2, IMPATIENCE * scale),
    reaction: REACTION * scale,
  }
}

/** The numbers, from 1, of the users that a VU (from 1) plays. */
export function usersOfVu(vu: number, users: number): number[] {
  const first = (vu - 1) * USERS_PER_VU
  const count = Math.max(0, Math.min(USERS_PER_VU, users - first))
  return Array.from({ length: count }, (_, index) => first + index + 1)
}

/** k6 thresholds for what must come out of the sale, apart from speed. */
export function saleThresholds({ users, stock, maxPerUser }: Sale): Record<string, string[]> {
  // Who has all that one may have tries once more; so many at least do when everything is sold.
  const full = stock - users * (maxPerUser - 1)
  const greedy = Math.floor(users / GREEDY_EVERY)
  return {
    checks: ["rate==1"],
    sale_users: [`count==${users}`],
    sale_refused_early: ["count>=1"],
    sale_early_orders: ["count==0"],
    sale_units_sold: [`count==${stock}`],
    sale_units_unsold: ["count==0"],
    sale_units_left: ["count==0"],
    sale_limit_reached: [`count>=${full + greedy}`],
    sale_sold_out: ["count>=1"],
  }
}
