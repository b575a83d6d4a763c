import { expect, it } from "vitest"

import { isSigned, startWebhookReceiver } from "./webhook-receiver.ts"

// The example that the libraries of Standard Webhooks test themselves with.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const BODY = '{"test": 2432232314}'
const AT_S = 1_614_265_330
const headers = {
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": String(AT_S),
  "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
const sent = { headers, body: BODY, secret: SECRET }

it("knows a signature of the shop from any other", () => {
  expect(isSigned(sent, AT_S * 1_000)).toBe(true)
  const more = `v1,${Buffer.from("another").toString("base64")} ${headers["webhook-signature"]}`
  expect(isSigned({ ...sent, headers: { ...headers, "webhook-signature": more } }, AT_S * 1_000)).toBe(true)
  const others = [
    { ...sent, body: `${BODY} ` },
    { ...sent, secret: `whsec_${Buffer.from("another").toString("base64")}` },
    { ...sent, secret: "" },
    { ...sent, headers: { ...headers, "webhook-id": "another" } },
    { ...sent, headers: { ...headers, "webhook-timestamp": String(AT_S + 1) } },
    { ...sent, headers: {} },
  ]
  expect(others.map((other) => isSigned(other, AT_S * 1_000))).toEqual(others.map(() => false))
  expect(isSigned(sent, (AT_S + 301) * 1_000)).toBe(false)
})

it("keeps each attempt in its turn, also one that it refuses", async () => {
  const refusals = [true, false]
  const receiver = await startWebhookReceiver({ refuses: () => refusals.shift() ?? false })
  receiver.trust(SECRET)
  const send = () => fetch(receiver.url, { method: "POST", body: BODY, headers })
  expect([(await send()).status, (await send()).status]).toEqual([503, 204])
  await receiver.stop()
  const attempt = { id: headers["webhook-id"], body: BODY, signed: false }
  expect(receiver.attempts).toEqual([
    { ...attempt, turn: 0, acceptedTurn: undefined },
    { ...attempt, turn: 1, acceptedTurn: 2 },
  ])
})
