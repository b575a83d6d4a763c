import type { Env } from "../env.ts"
import type { Reach } from "./address.ts"

/** In production deliveries go to public addresses by https only; elsewhere this machine is allowed as well. */
export function reachOf({ NODE_ENV }: Pick<Env, "NODE_ENV">): Reach & { httpsOnly: boolean } {
  const inProduction = NODE_ENV === "production"
  return { loopback: !inProduction, httpsOnly: inProduction }
}
