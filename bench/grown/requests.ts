import { request } from "node:http"

export type Answered = { status: number; ms: number; body: unknown }

/** Sends one request and waits for its answer however long it takes; fetch gives up after five minutes. */
export function ask(url: string, { method = "GET", body }: { method?: "GET" | "POST"; body?: object } = {}) {
  const since = performance.now()
  return new Promise<Answered>((resolve, reject) => {
    const sent = request(url, { method, headers: { "content-type": "application/json" }, agent: false })
    sent.on("error", reject)
    sent.on("response", (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          ms: performance.now() - since,
          body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
        }),
      )
    })
    sent.end(body && JSON.stringify(body))
  })
}
