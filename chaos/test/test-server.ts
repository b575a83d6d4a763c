import { createServer } from "node:http"
import type { RequestListener } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
import { createHttp } from "../client/http.ts"

/** A server that replaces the shop, and the client that speaks to it. */
export async function startTestServer(answer: RequestListener) {
  const server = await listen(createServer(answer))
  const http = createHttp({ origin: () => server.url, connections: 5 })
  return {
    http,
    async [Symbol.asyncDispose]() {
      await http.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>
