import cors from "cors"
import type { RequestHandler } from "express"

const PREFLIGHT_KEPT_SECONDS = 600

/**
 * Lets pages of these origins call the API from a browser. Without credentials: a page sends a token itself, and the
 * cookie of the admin page is never sent for another site.
 */
export const crossOrigin = (origins: readonly string[]): RequestHandler =>
  cors({
    origin: [...origins],
    methods: ["GET", "POST", "PATCH", "DELETE"],
    allowedHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Waiting-Token", "X-Request-Id"],
    exposedHeaders: ["Retry-After", "Waiting-Token", "X-Request-Id"],
    maxAge: PREFLIGHT_KEPT_SECONDS,
  })
