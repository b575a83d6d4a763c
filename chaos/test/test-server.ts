import { createServer } from "node:http"
import type { RequestListener } from "node:http"

import { createHttp } from "../client/http.ts"
import { listening } from "../proxy/listening.ts"

/** A server that replaces the shop, and the client that speaks to it. */
export async function startTestServer(answer: RequestListener) {
  const server = createServer(answer)
  const port = await listening(server)
  const http = createHttp({ origin: () => `http://127.0.0.1:${port}`, connections: 5 })
  return {
    http,
    async [Symbol.asyncDispose]() {
      await http.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>
