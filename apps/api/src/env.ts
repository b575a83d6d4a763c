import assert from "node:assert/strict"
import { z } from "zod"

export const ORDER_STRATEGIES = ["batched", "conditional", "multilock_wide", "multilock_narrow"] as const

const port = z.coerce.number().int().min(0).max(65_535)
const count = z.coerce.number().int().positive()

/** As a browser writes it in the header Origin: scheme, host and port, nothing after them. */
const isOrigin = (text: string) =>
  /^https?:/i.test(text) && URL.canParse(text) && new URL(text).origin === text

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time such as 30m, answered in ms. */
const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, "needs a number and ms, s, m, h or d, such as 30m")
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0]
    assert(unit === "ms" || unit === "s" || unit === "m" || unit === "h" || unit === "d", "it has a unit")
    return Number.parseInt(text, 10) * UNIT_MS[unit]
  })
/** Seconds as a list; the first is at most as long as an endpoint may wait for the first retry. */
const delays = z
  .string()
  .regex(
    /^([0-4]|[0-4]?\.\d+)(,\d+(\.\d+)?)*$/,
    "must be seconds, separated by commas, and the first below 5",
  )
  .transform((list) => list.split(",").map((seconds) => Number(seconds) * 1_000))

const Settings = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  HOST: z.string().default("127.0.0.1"),
  PORT: port.default(8080),
  WORKER_METRICS_PORT: port.default(8081),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOLER: z.enum(["none", "transaction"]).default("none"),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  LAB: z.enum(["on", "off"]).optional(),
  LAB_TOKEN: z.string().min(16, "needs at least 16 characters").optional(),
  AUTH: z.enum(["none", "jwt"]).default("none"),
  // HS256 is as strong as its secret: 256 bits (RFC 7518, 3.2).
  AUTH_JWT_SECRET: z.string().min(32, "needs at least 32 characters").optional(),
  AUTH_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  USER_RATE_LIMIT: z.coerce.number().int().min(0).optional(),
  ADDRESS_RATE_LIMIT: z.coerce.number().int().min(0).optional(),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(16).default(0),
  CORS_ORIGINS: z
    .string()
    .transform((list) => list.split(",").map((origin) => origin.trim()))
    .pipe(
      z.array(z.string().refine(isOrigin, "needs origins such as https://shop.example, separated by commas")),
    )
    .default([]),
  CANCEL_WINDOW: duration.prefault("30m"),
  ORDER_STRATEGY: z.enum(ORDER_STRATEGIES).default("batched"),
  LOG_LEVEL: z.enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
  BOOT_WAIT_MS: count.default(10_000),
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(8_000).default(0),
  MAX_IN_FLIGHT: count.default(10_000),
  MAX_QUEUED_ORDERS: count.default(2_000),
  WAITING_ROOM: z.enum(["on", "off"]).default("off"),
  WAITING_ROOM_SECRET: z.string().min(32, "needs at least 32 characters").optional(),
  WEBHOOK_RETRY_DELAYS: delays.prefault("1,5,30,120,600,1800,3600,7200"),
  WEBHOOK_DISABLE_AFTER: duration.prefault("3d"),
  WEBHOOK_DEAD_LETTERS: count.max(1_000_000).default(10_000),
  DB_READ_POOL: count.default(6),
  DB_WRITE_POOL: count.default(4),
})
type Settings = z.infer<typeof Settings>

/** Requests per user and second. A lab may send many for one user on purpose. */
const PRODUCTION_USER_RATE = 100
/** Requests without a valid token per address and second: a few people behind one address who look at products. */
const STANDARD_ADDRESS_RATE = 100

type Rule = { path: keyof Settings; message: string; holds: (env: Settings) => boolean }

const inProduction = (env: Settings) => env.NODE_ENV === "production"

/** What settings ask of each other. */
const RULES: readonly Rule[] = [
  {
    path: "LAB_TOKEN",
    message: "LAB=on in production needs a token, because /init empties the shop",
    holds: (env) => !inProduction(env) || env.LAB !== "on" || env.LAB_TOKEN !== undefined,
  },
  {
    path: "AUTH",
    message: "must be jwt in production, because with none every client may act for every user",
    holds: (env) => !inProduction(env) || env.AUTH === "jwt",
  },
  {
    path: "AUTH_JWT_SECRET",
    message: "AUTH=jwt needs either AUTH_JWT_SECRET or AUTH_JWKS_URL, and not both",
    holds: (env) =>
      env.AUTH !== "jwt" || (env.AUTH_JWT_SECRET === undefined) !== (env.AUTH_JWKS_URL === undefined),
  },
  {
    path: "AUTH_ISSUER",
    message: "must be set in production, because another issuer's tokens would be valid here",
    holds: (env) => !inProduction(env) || env.AUTH !== "jwt" || env.AUTH_ISSUER !== undefined,
  },
  {
    path: "AUTH_AUDIENCE",
    message:
      "must be set in production, because tokens that were issued for another service would be valid here",
    holds: (env) => !inProduction(env) || env.AUTH !== "jwt" || env.AUTH_AUDIENCE !== undefined,
  },
  {
    path: "AUTH_JWKS_URL",
    message: "must be https in production, because its response decides which tokens are valid",
    holds: (env) => !inProduction(env) || !/^http:/i.test(env.AUTH_JWKS_URL ?? ""),
  },
]

// Asked even when other settings are wrong, so that the list is whole.
const withRules = RULES.reduce(
  (settings, { path, message, holds }) =>
    settings.refine(holds, { path: [path], message, when: ({ value }) => isRecord(value) }),
  Settings,
)

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null

const Env = withRules.transform((env) => ({
  ...env,
  LAB: env.LAB ?? (inProduction(env) ? "off" : "on"),
  ADDRESS_RATE_LIMIT: env.ADDRESS_RATE_LIMIT ?? (env.AUTH === "jwt" ? STANDARD_ADDRESS_RATE : 0),
  USER_RATE_LIMIT: env.USER_RATE_LIMIT ?? (inProduction(env) ? PRODUCTION_USER_RATE : 0),
}))

export type Env = Readonly<z.infer<typeof Env>>

/** Reads the environment once. An empty string counts as unset; throws with everything that is wrong. */
// oxlint-disable-next-line node/no-process-env -- this file is where the environment is read
export function loadEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""))
  const parsed = Env.safeParse(set)
  if (!parsed.success) throw new Error(`Bad environment\n${z.prettifyError(parsed.error)}`)
  return Object.freeze(parsed.data)
}
