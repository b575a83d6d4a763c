import { createHash } from "node:crypto"
import { Redis, ReplyError } from "ioredis"
import { RefusalError } from "../errors.ts"
import type { Logger } from "./logger.ts"

// Above any regular response on a busy machine, low enough that a caller gets 503 within 1 s.
const COMMAND_TIMEOUT_MS = 800
const RECONNECT_MAX_MS = 200

type Connection = { url: string; name: string; logger: Logger }

const reconnect = (attempt: number) => Math.min(20 * attempt, RECONNECT_MAX_MS)

/** The other end became a replica, as in a failover: behind the same address there may be a primary by now. */
const isReplica = ({ message }: Error) => message.startsWith("READONLY")

/** For requests: commands are neither queued while Redis is down nor sent twice. */
export function createRedis({ url, name, logger }: Connection): Redis {
  const redis = new Redis(url, {
    connectionName: `saleproof-${name}`,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2_000,
    retryStrategy: reconnect,
    reconnectOnError: isReplica,
  })
  redis.on("error", (err) => logger.debug({ err }, "redis connection"))
  return redis
}

/** For a BullMQ worker, whose blocking reads may take as long as they like. */
export function createBlockingRedis({ url, name, logger }: Connection): Redis {
  const redis = new Redis(url, {
    connectionName: `saleproof-${name}`,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 2_000,
    retryStrategy: reconnect,
    reconnectOnError: isReplica,
  })
  redis.on("error", (err) => logger.debug({ err }, "redis connection"))
  return redis
}

/** Why MULTI was given up: EXECABORT does not say it, the refusal of one of its commands does. */
function firstError(error: unknown): unknown {
  return error instanceof Error && "previousErrors" in error && Array.isArray(error.previousErrors)
    ? (error.previousErrors[0] ?? error)
    : error
}

/** The error reply of Redis; undefined when the command did not reach it. */
function replyText(error: unknown): string | undefined {
  return error instanceof Error && error instanceof ReplyError ? error.message : undefined
}

/** Turns any failure into the refusal UNAVAILABLE, an error reply as well: whatever asks Redis can ask again later. */
export async function withRedisErrors<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const cause = firstError(error)
    const detail = replyText(cause) === undefined ? "Redis does not answer" : "Redis refused a command"
    throw new RefusalError("UNAVAILABLE", detail, { cause, retryAfterSeconds: 1 })
  }
}

export type Script = (redis: Redis, keys: string[], args: (string | number)[]) => Promise<unknown>

/** One atomic step in Redis. Sent by its digest, in full only when Redis does not have it. */
export function createScript(lua: string): Script {
  const digest = createHash("sha1").update(lua).digest("hex")
  return async (redis, keys, args) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!replyText(error)?.startsWith("NOSCRIPT")) throw error
      return redis.eval(lua, keys.length, ...keys, ...args)
    }
  }
}

/** Why this Redis cannot be used; undefined when it can. */
export async function redisMisfit(redis: Redis): Promise<string | undefined> {
  const info = await withRedisErrors(redis.info())
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  if (policy !== undefined && policy !== "noeviction") {
    return `Redis has maxmemory-policy ${policy}, which lets it drop jobs and rankings: set it to noeviction`
  }
  if (/^cluster_enabled:1/m.test(info)) {
    return "Redis runs in cluster mode, where scripts cannot use several keys: use one without cluster-enabled"
  }
  return undefined
}
