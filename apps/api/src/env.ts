import { z } from "zod"

export const ORDER_STRATEGIES = ["batched", "conditional", "multilock_wide", "multilock_narrow"] as const

const port = z.coerce.number().int().min(0).max(65_535)
const count = z.coerce.number().int().positive()

const Env = z
  .object({
    NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
    HOST: z.string().default("127.0.0.1"),
    PORT: port.default(8080),
    WORKER_METRICS_PORT: port.default(8081),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }),
    LAB: z.enum(["on", "off"]).optional(),
    LAB_TOKEN: z.string().min(16, "needs at least 16 characters").optional(),
    ORDER_STRATEGY: z.enum(ORDER_STRATEGIES).default("batched"),
    LOG_LEVEL: z.enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
    BOOT_WAIT_MS: count.default(10_000),
    DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(8_000).default(0),
    MAX_IN_FLIGHT: count.default(10_000),
    MAX_PENDING_CLAIMS: count.default(200_000),
    MAX_QUEUED_ORDERS: count.default(2_000),
    DB_READ_POOL: count.default(6),
    DB_WRITE_POOL: count.default(3),
  })
  .transform((env) => ({ ...env, LAB: env.LAB ?? (env.NODE_ENV === "production" ? "off" : "on") }))
  .refine((env) => !(env.NODE_ENV === "production" && env.LAB === "on" && env.LAB_TOKEN === undefined), {
    path: ["LAB_TOKEN"],
    message: "LAB=on in production needs a token, because /init empties the shop",
  })

export type Env = Readonly<z.infer<typeof Env>>

/** Reads the environment once. An empty string counts as unset; throws with everything that is wrong. */
// oxlint-disable-next-line node/no-process-env -- this file is where the environment is read
export function loadEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const filled = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""))
  const parsed = Env.safeParse(filled)
  if (!parsed.success) throw new Error(`Bad environment\n${z.prettifyError(parsed.error)}`)
  return Object.freeze(parsed.data)
}
