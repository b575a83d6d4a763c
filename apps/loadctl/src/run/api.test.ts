import { once } from "node:events"
import { createServer } from "node:http"
import type { RequestListener } from "node:http"

import { expect, it } from "vitest"

import { createApi } from "./api.ts"

// fetch() refuses each of them.
const RESERVED = [6_000, 6_566, 6_665, 6_667, 6_697, 10_080]

async function listenOn(ports: readonly number[], listener: RequestListener) {
  for (const port of ports) {
    const server = createServer(listener).listen(port, "127.0.0.1")
    const listening = await once(server, "listening").then(
      () => true,
      () => false,
    )
    if (!listening) continue
    const close = async (): Promise<void> => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
    return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
  }
  throw new Error("none of these ports is free")
}

it("asks a target on a port that browsers reserve, with headers and body, and follows no redirect", async () => {
  await using target = await listenOn(RESERVED, (request, response) => {
    response.writeHead(302, { location: "/elsewhere" })
    request.pipe(response)
  })
  const api = createApi(target.url, { TOKEN: "t" })
  const sent = {
    method: "POST",
    path: "/init",
    headers: { authorization: "Bearer ${TOKEN}" },
    body: { a: 1 },
  }
  expect(await api.request(sent)).toMatchObject({ outcome: "answer", status: 302, json: { a: 1 } })
})

it("says why nobody answers", async () => {
  const refused = await createApi("http://localhost:1", {}).request({ method: "GET", path: "/" })
  expect(refused).toMatchObject({ outcome: "no-answer", text: expect.stringContaining("ECONNREFUSED") })
  await using target = await listenOn(RESERVED, () => {})
  const late = await createApi(target.url, {}).request({ method: "GET", path: "/", timeoutMs: 50 })
  expect(late).toEqual({ outcome: "no-answer", text: "no answer in time" })
})
