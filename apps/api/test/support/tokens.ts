import { SignJWT } from "jose"

const SECRET = "a secret of thirty-two characters"

/** The variables of an API that takes this folder's tokens, and does not count requests without one. */
export const JWT = { AUTH: "jwt", AUTH_JWT_SECRET: SECRET, ADDRESS_RATE_LIMIT: "0" }

/** `scope` as in the token: names separated by spaces. */
export const tokenOf = (user: number | string, scope?: string): Promise<string> =>
  new SignJWT({ ...(scope !== undefined && { scope }) })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(String(user))
    .setExpirationTime("10 min")
    .sign(new TextEncoder().encode(SECRET))

const withScope =
  (scope: string) =>
  async (subject: string, more: Record<string, string> = {}) => ({
    Authorization: `Bearer ${await tokenOf(subject, scope)}`,
    ...more,
  })

/** The headers of a request that a till sends, or an administrator. */
export const asTill = withScope("shop:till")
export const asAdmin = withScope("shop:admin")

/** The headers of a request that this user sends. */
export const as = async (user: number | string, more: Record<string, string> = {}) => ({
  Authorization: `Bearer ${await tokenOf(user)}`,
  ...more,
})
