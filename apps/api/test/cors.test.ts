import { describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT } from "./support/tokens.ts"

const PAGE = "https://shop.example"
const CORS_ORIGINS = `${PAGE}, http://127.0.0.1:5173`

const corsHeaders = (headers: Record<string, string>) =>
  Object.keys(headers).filter((name) => name.startsWith("access-control-"))

describe("a page of another origin", () => {
  it("gets no permission unless its origin is set", async () => {
    await using shop = await startShop({ worker: false })
    const read = await shop.request.get("/products").set("Origin", PAGE).expect(200)
    expect(corsHeaders(read.headers)).toEqual([])
    const preflight = await shop.request.options("/orders").set("Origin", PAGE)
    expect(corsHeaders(preflight.headers)).toEqual([])
  })

  it("may call the API where its origin is set, also when it is refused", async () => {
    await using shop = await startShop({ worker: false, variables: { ...JWT, CORS_ORIGINS } })
    const asked = { Origin: PAGE, "Access-Control-Request-Method": "POST" }
    const preflight = await shop.request.options("/orders").set(asked).expect(204)
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": PAGE,
      "access-control-allow-headers": expect.stringContaining("Idempotency-Key"),
    })
    const refused = await shop.request.post("/orders").set("Origin", PAGE).send({}).expect(401)
    expect(refused.headers["access-control-allow-origin"]).toBe(PAGE)
    expect(refused.headers["access-control-allow-credentials"]).toBeUndefined()
    const stranger = await shop.request.get("/products").set("Origin", `${PAGE}.evil.example`).expect(200)
    expect(stranger.headers["access-control-allow-origin"]).toBeUndefined()
  })
})
