/** The checks, by what they promise. */
export const CHECKS = {
  acknowledged:
    "every acknowledged order, cancellation, restock, charge and claim is in the database as it was acknowledged",
  once: "nothing is in the database that was not acknowledged, and nothing twice",
  settled: "every effect is settled, by asking again with its key where need be",
  answers: "no answer is a server error other than 503",
  replays: "the same request with the same key gets the same bytes",
  balances: "every balance is what was paid in less what was paid",
  stock: "every stock is what was put in less what was ordered and not cancelled",
  events:
    "whatever was acknowledged is sent to a webhook: signed, at least once, in order per user, and nothing else",
  coupons: "every acknowledged claim is a coupon that its owner sees",
  audit: "GET /audit finds nothing",
  unacknowledged: "what was committed without an answer is one batch at most",
  growth: "nothing grows but what is meant to",
  leaks: "no transaction is left open",
  deadlocks: "PostgreSQL never has to break a deadlock",
  alive: "no process exits unexpectedly",
  fault: "what this fault promises besides",
  served: "the service comes back",
  back: "the service is back 3 s after the process is",
  busy: "no request is rejected because of overload",
  prompt: "new requests are answered in time meanwhile",
} as const

/** Those that are about time and speed, which a machine with other work to do may break by itself. */
export const TIMINGS: readonly Check[] = ["back", "busy", "prompt"]

export type Check = keyof typeof CHECKS

export type Violation = { check: Check; detail: string }
