import { fillTemplates } from "./templates.ts"
import { urlBelow } from "./url.ts"

const TIMEOUT_MS = 10_000

export type ApiAnswer =
  | { outcome: "answer"; status: number; json: unknown; text: string }
  | { outcome: "no-answer"; text: string }

export type ApiRequest = {
  method: string
  path: string
  headers?: Record<string, string>
  body?: unknown
  timeoutMs?: number
  signal?: AbortSignal
}

/** The target over HTTP. A refusal is an answer; no answer at all is a value too, with the reason. */
export function createApi(baseUrl: string, env: NodeJS.ProcessEnv) {
  async function request({
    method,
    path,
    headers = {},
    body,
    timeoutMs,
    signal,
  }: ApiRequest): Promise<ApiAnswer> {
    try {
      const response = await fetch(urlBelow(baseUrl, path), {
        method,
        // A redirect leads elsewhere: to a login page, or the same request without its body.
        redirect: "manual",
        headers: {
          ...fillTemplates(headers, env),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS), ...(signal ? [signal] : [])]),
      })
      const text = await response.text()
      return { outcome: "answer", status: response.status, json: parseJson(text), text }
    } catch (error) {
      return { outcome: "no-answer", text: reasonOf(error) }
    }
  }
  return { baseUrl, request }
}

export type Api = ReturnType<typeof createApi>

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** undici says only "fetch failed"; what happened is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === "TimeoutError") return "no answer in time"
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
