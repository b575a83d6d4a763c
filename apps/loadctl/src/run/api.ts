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
}

/** The target over HTTP. A refusal is an answer; no answer at all is a value too, with the reason. */
export function createApi(baseUrl: string, env: NodeJS.ProcessEnv) {
  async function request({ method, path, headers = {}, body, timeoutMs }: ApiRequest): Promise<ApiAnswer> {
    try {
      const response = await fetch(new URL(path, baseUrl), {
        method,
        headers: {
          ...expandHeaders(headers, env),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS),
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

/** Puts `${NAME}` from the environment into header values; a header whose variable is not set is left out. */
export function expandHeaders(
  headers: Record<string, string>,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const filled: Record<string, string> = {}
  for (const [name, template] of Object.entries(headers)) {
    const variables = [...template.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? "")
    if (variables.some((variable) => !env[variable])) continue
    filled[name] = template.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => env[variable] ?? "")
  }
  return filled
}

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
