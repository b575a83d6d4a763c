import type { Request } from "express"

/** The pattern that a request matched, never its path, so that a label made of it stays bounded. */
export function routeOf(req: Request): string {
  const route: unknown = req.route
  const matched = typeof route === "object" && route !== null && "path" in route
  return matched && typeof route.path === "string" ? route.path : "unmatched"
}
