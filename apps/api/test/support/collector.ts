import { createServer } from "node:http"
import type { IncomingMessage } from "node:http"
import { json } from "node:stream/consumers"

import { listen } from "@saleproof/stack/listen.ts"
import { z } from "zod"

const Value = z.object({ stringValue: z.string().optional(), intValue: z.number().optional() })
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .default([])
  .transform((list) =>
    Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? value.intValue])),
  )
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: Attributes,
  links: z.array(z.object({ spanId: z.string() })).default([]),
  status: z.object({ code: z.number() }),
})
const Traces = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
})

export type ReceivedSpan = z.infer<typeof Span> & { service: unknown }

/** An OTLP/HTTP collector on a free port, which keeps every span that it is sent. */
export async function startCollector() {
  const spans: ReceivedSpan[] = []
  const paths = new Set<string>()
  async function take(request: IncomingMessage): Promise<void> {
    paths.add(`${request.method} ${request.url}`)
    for (const { resource, scopeSpans } of Traces.parse(await json(request)).resourceSpans) {
      const service = resource.attributes["service.name"]
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))))
    }
  }
  const server = createServer((request, response) => {
    take(request).then(
      () => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
      (error: unknown) => response.writeHead(400).end(String(error)),
    )
  })
  return { ...(await listen(server)), spans, paths }
}
