import { createServer } from "node:http"
import type { RequestListener } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from "jose"
import { describe, expect, it, onTestFinished } from "vitest"
import { createTokenVerifier } from "./token.ts"

const SECRET = "a secret of thirty-two characters"
const bytes = (text: string) => new TextEncoder().encode(text)
const now = () => Math.floor(Date.now() / 1_000)

type Claims = Record<string, unknown>

const hs256 = (claims: Claims, { secret = bytes(SECRET), alg = "HS256" } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(secret)
const fresh = (claims: Claims = {}) => ({ sub: "7", exp: now() + 60, ...claims })

const bySecret = (more: object = {}) => createTokenVerifier(tokenEnv({ AUTH_JWT_SECRET: SECRET, ...more }))
const tokenEnv = (given: object) => ({
  AUTH_JWT_SECRET: undefined,
  AUTH_JWKS_URL: undefined,
  AUTH_ISSUER: undefined,
  AUTH_AUDIENCE: undefined,
  ...given,
})

/** A server of keys on loopback that answers as `listener` does. */
async function serveKeys(listener: RequestListener) {
  const server = await listen(createServer(listener))
  onTestFinished(server[Symbol.asyncDispose])
  return createTokenVerifier(tokenEnv({ AUTH_JWKS_URL: `${server.url}/jwks.json` }))
}

async function keyPair(alg: string, kid = alg) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const sign = (claims: Claims, header: object = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey)
  return { jwk: { ...(await exportJWK(publicKey)), kid }, sign, publicKey }
}

const keySet =
  (...keys: object[]): RequestListener =>
  (_req, res) => {
    res.setHeader("Content-Type", "application/json").end(JSON.stringify({ keys }))
  }

describe("a token that a secret signs", () => {
  it("names its subject", async () => {
    expect(await bySecret()(await hs256(fresh()))).toMatchObject({ subject: "7" })
    expect(await bySecret()(await hs256(fresh({ sub: 7 })))).toMatchObject({ subject: "7" })
  })

  it.each<[string, () => Promise<string> | string]>([
    ["another secret", () => hs256(fresh(), { secret: bytes(SECRET.toUpperCase()) })],
    ["no algorithm", () => new UnsecuredJWT(fresh()).encode()],
    ["a private key", async () => (await keyPair("ES256")).sign(fresh())],
    ["an end that is past", () => hs256(fresh({ exp: now() - 60 }))],
    ["a start that is to come", () => hs256(fresh({ nbf: now() + 60 }))],
    ["no end", () => hs256({ sub: "7" })],
    ["no subject", () => hs256({ exp: now() + 60 })],
    ["a subject that is a list", () => hs256(fresh({ sub: ["7"] }))],
    ["a subject that is empty", () => hs256(fresh({ sub: "" }))],
    ["an end that is a text", () => hs256(fresh({ exp: "never" }))],
    ["nothing in it", () => "a.b.c"],
    ["no dots", () => "x".repeat(5_000)],
  ])("is refused with %s", async (_what, make) => {
    await expect(bySecret()(await make())).rejects.toMatchObject({ code: "UNAUTHORIZED" })
  })

  it("is refused when another algorithm signed it, even with this secret", async () => {
    const secret = SECRET.repeat(2)
    const token = (alg: string) => hs256(fresh(), { alg, secret: bytes(secret) })
    const verify = bySecret({ AUTH_JWT_SECRET: secret })
    expect(await verify(await token("HS256"))).toMatchObject({ subject: "7" })
    await expect(verify(await token("HS512"))).rejects.toMatchObject({ code: "UNAUTHORIZED" })
  })

  it("is refused when its payload was changed", async () => {
    const [header, , signature] = (await hs256(fresh())).split(".")
    const payload = Buffer.from(JSON.stringify(fresh({ sub: "8" }))).toString("base64url")
    await expect(bySecret()(`${header}.${payload}.${signature}`)).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    })
  })

  it("has to come from the issuer and be meant for this audience, where these are set", async () => {
    const verify = bySecret({ AUTH_ISSUER: "login", AUTH_AUDIENCE: "shop" })
    expect(await verify(await hs256(fresh({ iss: "login", aud: ["shop", "blog"] })))).toMatchObject({
      subject: "7",
    })
    for (const claims of [{}, { iss: "login" }, { iss: "login", aud: "blog" }, { iss: "x", aud: "shop" }]) {
      await expect(verify(await hs256(fresh(claims)))).rejects.toMatchObject({ code: "UNAUTHORIZED" })
    }
  })
})

describe("a token that a private key signs", () => {
  it.each(["RS256", "PS256", "ES256", "EdDSA"])("with %s names its subject", async (alg) => {
    const { jwk, sign } = await keyPair(alg)
    const verify = await serveKeys(keySet(jwk))
    expect(await verify(await sign(fresh()))).toMatchObject({ subject: "7" })
  })

  it("is refused when no key of the set made it", async () => {
    const [known, unknown] = [await keyPair("ES256", "1"), await keyPair("ES256", "2")]
    const verify = await serveKeys(keySet(known.jwk))
    await expect(verify(await unknown.sign(fresh()))).rejects.toMatchObject({ code: "UNAUTHORIZED" })
    await expect(verify(await unknown.sign(fresh(), { kid: "1" }))).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    })
  })

  it("is refused when it takes the public key for a secret", async () => {
    const { jwk, publicKey } = await keyPair("RS256")
    const verify = await serveKeys(keySet(jwk))
    const token = hs256(fresh(), { secret: bytes(await exportSPKI(publicKey)) })
    await expect(verify(await token)).rejects.toMatchObject({ code: "UNAUTHORIZED" })
  })
})

describe("while the keys are unavailable", () => {
  it.each<[string, RequestListener]>([
    ["answers 500", (_req, res) => void res.writeHead(500).end()],
    ["answers no keys", (_req, res) => void res.end('{"keys":1}')],
    ["answers no JSON", (_req, res) => void res.end("<html>")],
    ["redirects", (_req, res) => void res.writeHead(302, { Location: "http://127.0.0.1:1/" }).end()],
    ["never answers", () => undefined],
    ["never ends its answer", (_req, res) => void res.write('{"keys":[')],
    ["hangs up", (req) => void req.destroy()],
  ])("no token is judged: their server %s", async (_how, listener) => {
    const { sign } = await keyPair("ES256")
    const verify = await serveKeys(listener)
    await expect(verify(await sign(fresh()))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryAfterSeconds: 1,
    })
  })

  it("a token is checked again as soon as they are available", async () => {
    const { jwk, sign } = await keyPair("ES256")
    let isDown = true
    const verify = await serveKeys((req, res) => (isDown ? res.destroy() : keySet(jwk)(req, res)))
    const token = await sign(fresh())
    await expect(verify(token)).rejects.toMatchObject({ code: "UNAVAILABLE" })
    isDown = false
    expect(await verify(token)).toMatchObject({ subject: "7" })
  })
})
