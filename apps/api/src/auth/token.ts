import assert from "node:assert/strict"
import { createSecretKey } from "node:crypto"
import { createRemoteJWKSet, errors, jwtVerify } from "jose"
import type { JWTVerifyGetKey, JWTVerifyOptions } from "jose"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"
import type { Caller } from "./access.ts"

// Shorter than the time within which callers get 503 while a dependency is down.
const KEYS_TIMEOUT_MS = 800
const CLOCK_TOLERANCE_SECONDS = 5
/** Only signatures that a public key can check: one that is public must never count as a secret. */
const PUBLIC_KEY_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]

/** Resolves to the caller of a valid token; rejects with UNAUTHORIZED, or UNAVAILABLE while the keys cannot be fetched. */
export type VerifyToken = (token: string) => Promise<Caller>

type TokenEnv = Pick<Env, "AUTH_JWT_SECRET" | "AUTH_JWKS_URL" | "AUTH_ISSUER" | "AUTH_AUDIENCE">

/** Checks signature, times, issuer and audience of a token, with the algorithms that fit the configured key. */
export function createTokenVerifier(env: TokenEnv): VerifyToken {
  const getKey = env.AUTH_JWKS_URL ? remoteKeys(new URL(env.AUTH_JWKS_URL)) : secretKey(env.AUTH_JWT_SECRET)
  const options: JWTVerifyOptions = {
    algorithms: env.AUTH_JWKS_URL ? PUBLIC_KEY_ALGORITHMS : ["HS256"],
    requiredClaims: ["sub", "exp"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...(env.AUTH_ISSUER !== undefined && { issuer: env.AUTH_ISSUER }),
    ...(env.AUTH_AUDIENCE !== undefined && { audience: env.AUTH_AUDIENCE }),
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, getKey, options)
      return { subject: subjectOf(payload.sub), scopes: scopesOf(payload["scope"]) }
    } catch (cause) {
      if (cause instanceof RefusalError) throw cause
      throw new RefusalError("UNAUTHORIZED", "The token is not valid, or not any more", { cause })
    }
  }
}

/** Some issuers write an id as a number. */
function subjectOf(sub: unknown): string {
  if (typeof sub === "string" && sub !== "") return sub
  if (Number.isSafeInteger(sub)) return String(sub)
  throw new Error("The subject is neither a text nor a number")
}

const scopesOf = (scope: unknown) =>
  new Set(typeof scope === "string" ? scope.split(" ").filter((name) => name !== "") : [])

function secretKey(secret: string | undefined): JWTVerifyGetKey {
  assert(secret, "AUTH=jwt has a secret or a URL of keys")
  const key = createSecretKey(Buffer.from(secret, "utf8"))
  return async () => key
}

function remoteKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, { timeoutDuration: KEYS_TIMEOUT_MS })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (cause) {
      if (isFaultOfToken(cause)) throw cause
      throw new RefusalError("UNAVAILABLE", "The keys that check tokens are unavailable", {
        cause,
        retryAfterSeconds: 1,
      })
    }
  }
}

const isFaultOfToken = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported
