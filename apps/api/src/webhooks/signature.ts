import { createHmac, randomBytes } from "node:crypto"

const PREFIX = "whsec_"
const SECRET_BYTES = 32

export const createSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`

type Signed = { id: string; body: string; secret: string; now: Date }

/** The headers of Standard Webhooks; the signature covers the id, the time of this attempt in seconds, and the body. */
export function signatureHeaders({ id, body, secret, now }: Signed): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1_000)
  const key = Buffer.from(secret.slice(PREFIX.length), "base64")
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${signature}`,
  }
}
