import { createServer } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
/** A box office that has nothing to do with the shop: it lists shows and sells a few tickets. */
export async function openBoxOffice({ tickets = 20, delayMs = 0 } = {}) {
  let left = tickets
  const asked: string[] = []
  const answer = (request: string): [number, object] => {
    if (request === "POST /tickets") return left > 0 ? [201, { left: (left -= 1) }] : [409, { left }]
    if (request === "POST /reset") left = tickets
    return [200, { shows: ["Hamlet"], edition: 7 }]
  }
  const server = createServer(({ method, url }, response) => {
    asked.push(url ?? "")
    const [status, body] = answer(`${method} ${url}`)
    setTimeout(() => response.writeHead(status).end(JSON.stringify(body)), delayMs)
  })
  return {
    ...(await listen(server)),
    /** The paths of all requests so far. */
    asked,
  }
}
