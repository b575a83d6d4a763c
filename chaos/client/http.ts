import { Agent, request } from "undici"

export type HttpAnswer = { status: number; body: string; retryAfterS: number | undefined }

/** An answer, or the reason why there was none: the effect may or may not have happened. */
export type HttpOutcome = HttpAnswer | { lost: string }

export type HttpRequest = {
  method: "GET" | "POST"
  path: string
  key?: string | undefined
  /** Sent as JSON, or as it is when it is a string. */
  body?: unknown
}

export type Http = ReturnType<typeof createHttp>

type HttpOptions = {
  /** Where to send the next request; called for every request. */
  origin: () => string
  connections: number
  timeoutMs?: number
}

// Above what the API allows a request to take, so that a timeout is a violation.
const TIMEOUT_MS = 8_000

/** A client with kept-alive connections that never repeats a request by itself. */
export function createHttp({ origin, connections, timeoutMs = TIMEOUT_MS }: HttpOptions) {
  const dispatcher = new Agent({
    connections,
    connectTimeout: 1_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 4_000,
  })

  async function send({ method, path, key, body }: HttpRequest): Promise<HttpOutcome> {
    const headers: Record<string, string> = {}
    if (key !== undefined) headers["idempotency-key"] = key
    if (body !== undefined) headers["content-type"] = "application/json"
    try {
      const response = await request(`${origin()}${path}`, {
        method,
        headers,
        body: typeof body === "string" ? body : body === undefined ? null : JSON.stringify(body),
        dispatcher,
      })
      const retryAfter = response.headers["retry-after"]
      return {
        status: response.statusCode,
        body: await response.body.text(),
        retryAfterS: typeof retryAfter === "string" ? Number(retryAfter) : undefined,
      }
    } catch (error) {
      return { lost: reasonOf(error) }
    }
  }

  return { send, close: () => dispatcher.destroy() }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return "code" in error && typeof error.code === "string" ? error.code : error.message
}
