import { askHttp, networkReason } from "../machine/http.ts"
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
      // A redirect leads elsewhere: to a login page, or the same request without its body.
      const { status, text } = await askHttp(urlBelow(baseUrl, path), {
        method,
        headers: {
          ...fillTemplates(headers, env),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS), ...(signal ? [signal] : [])]),
      })
      return { outcome: "answer", status, json: parseJson(text), text }
    } catch (error) {
      return { outcome: "no-answer", text: networkReason(error) }
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
