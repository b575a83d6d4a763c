import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
/** What a planted target does, apart from what each request asks of it by its query. */
export type TargetOptions = {
  /** From this request on nobody is answered. */
  unansweredAfter?: number
  /** From this request on everybody gets 503. */
  brokenAfter?: number
  /** Each `one in so many` requests is never answered. */
  hangsEvery?: number
  /** How many requests per second it can serve, one after the other; the others wait. */
  perSecond?: number
  /** For how long everybody waits once, from the given request on. */
  stall?: { at: number; ms: number }
  /** Answers of paths, by "METHOD /path"; whatever is not here is served as a shop would. */
  answers?: Record<string, { status: number; body?: unknown }>
}

/**
 * A target whose every flaw is known. `?delay=ms` and `?status=n` say how a request is answered, `/hang` never is.
 * `asked` has the method and path of every request.
 */
export async function openTarget(options: TargetOptions = {}) {
  const asked: string[] = []
  const respond = createResponder(options)
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://target")
    asked.push(`${request.method} ${pathname}`)
    respond(request, response)
  })
  return { ...(await listen(server)), asked }
}

function createResponder({
  unansweredAfter,
  brokenAfter,
  hangsEvery,
  perSecond,
  stall,
  answers = {},
}: TargetOptions) {
  let count = 0
  let freeAt = 0
  let stalledUntil = 0

  /** How long this request waits for its turn, ms. */
  function turn(now: number): number {
    if (stall && count === stall.at) stalledUntil = now + stall.ms
    const waits = Math.max(0, stalledUntil - now)
    if (perSecond === undefined) return waits
    freeAt = Math.max(freeAt, now) + 1_000 / perSecond
    return Math.max(waits, freeAt - now)
  }

  function isUnanswered(pathname: string): boolean {
    if (pathname === "/hang") return true
    if (unansweredAfter !== undefined && count > unansweredAfter) return true
    return hangsEvery !== undefined && count % hangsEvery === 0
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://target")
    const fixed = answers[`${request.method} ${pathname}`]
    if (fixed) return answer(response, fixed.status, fixed.body)
    count += 1
    if (isUnanswered(pathname)) return
    const status =
      brokenAfter !== undefined && count > brokenAfter ? 503 : Number(searchParams.get("status") ?? 200)
    const wait = turn(performance.now()) + Number(searchParams.get("delay") ?? 0)
    setTimeout(() => answer(response, status, { ok: true }), wait)
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}))
}
