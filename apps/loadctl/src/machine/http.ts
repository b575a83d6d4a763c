import { once } from "node:events"
import { request as httpRequest } from "node:http"
import type { IncomingMessage } from "node:http"
import { request as httpsRequest } from "node:https"
import { text as textOf } from "node:stream/consumers"

export type HttpRequest = {
  method: string
  headers: Record<string, string>
  body?: string | undefined
  signal: AbortSignal
}

/**
 * One request, whose redirect is an answer like any other. fetch() would refuse ports that browsers reserve, such as
 * 6000 and 10080, which an API may well have. Throws what the network says, or why the signal was aborted.
 */
export async function askHttp(
  url: URL,
  { method, headers, body, signal }: HttpRequest,
): Promise<{ status: number; text: string }> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }
  const all = { accept: "*/*", "user-agent": "loadctl", ...headers, ...length }
  const sent = send(url, { method, headers: all, agent: false, signal })
  try {
    sent.end(body)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the event "response" brings
    const [response] = (await once(sent, "response")) as [IncomingMessage]
    return { status: response.statusCode ?? 0, text: await textOf(response) }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    sent.destroy()
  }
}

/** What a network error says; of a name with several addresses, what each of them says. */
export function networkReason(error: unknown): string {
  if (error instanceof AggregateError && error.message === "")
    return error.errors.map(networkReason).join("; ")
  if (!(error instanceof Error)) return String(error)
  return error.name === "TimeoutError" ? "no answer in time" : error.message
}
