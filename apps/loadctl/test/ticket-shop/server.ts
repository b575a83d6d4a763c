import { createServer } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
export type TicketShopOptions = {
  /** Tickets it can sell per second; beyond that it answers 500. Nobody is limited when it is left out. */
  ticketsPerSecond?: number
  delayMs?: number
  /** For how long everybody waits from the hundredth request on. */
  stallMs?: number
}

// A few more than the rate are let through, as a queue would.
const BURST = 10
const STALLS_AT = 100

/** A shop whose capacity is known: what comes faster than its tickets per second fails. */
export async function openTicketShop(options: TicketShopOptions = {}) {
  const { ticketsPerSecond = Infinity, delayMs = 0, stallMs = 0 } = options
  let requests = 0
  let stalledUntil = 0
  let tokens = BURST
  let filledAt = performance.now()
  const takeTicket = (): boolean => {
    const now = performance.now()
    tokens = Math.min(BURST, tokens + ((now - filledAt) / 1_000) * ticketsPerSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
  const server = createServer(({ method }, response) => {
    const sold = method !== "POST" || takeTicket()
    requests += 1
    if (requests === STALLS_AT) stalledUntil = performance.now() + stallMs
    const stall = Math.max(0, stalledUntil - performance.now())
    setTimeout(() => response.writeHead(sold ? 200 : 500).end("{}"), delayMs + stall)
  })
  return listen(server)
}
