import { SignJWT } from "jose"

const SECRET = "a secret of thirty-two characters"

/** The variables of an API that takes this folder's tokens. */
export const JWT = { AUTH: "jwt", AUTH_JWT_SECRET: SECRET }

export const tokenOf = (user: number | string): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(String(user))
    .setExpirationTime("10 min")
    .sign(new TextEncoder().encode(SECRET))

/** The headers of a request that this user sends. */
export const as = async (user: number | string, more: Record<string, string> = {}) => ({
  Authorization: `Bearer ${await tokenOf(user)}`,
  ...more,
})
