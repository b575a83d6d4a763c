import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingHttpHeaders } from "node:http"
import { text } from "node:stream/consumers"
import { z } from "zod"

const CloudEvent = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime(),
  partitionkey: z.string(),
  datacontenttype: z.literal("application/json"),
  data: z.record(z.string(), z.unknown()),
})
export type Received = { headers: IncomingHttpHeaders; body: string; event: z.infer<typeof CloudEvent> }
/** The status to answer with; a redirect leads to `location`. */
type Answer = (received: Received) => number | Promise<number>

/** An endpoint on a free port of this machine that keeps what it is sent. */
export async function startReceiver(answer: Answer = () => 204) {
  const received: Received[] = []
  const accepted: Received[] = []
  let respond = answer
  const server = createServer((req, res) => {
    void (async () => {
      const body = await text(req)
      const one = { headers: req.headers, body, event: CloudEvent.parse(JSON.parse(body)) }
      received.push(one)
      const status = await respond(one)
      if (status < 300) accepted.push(one)
      res.writeHead(status, { location: "/elsewhere" }).end()
    })()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (typeof address !== "object" || !address) throw new Error("The receiver listens on no port")
  return {
    url: `http://127.0.0.1:${address.port}/hooks`,
    /** Every attempt. */
    received,
    /** Those that were answered with success. */
    accepted,
    answer: (next: Answer) => (respond = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
