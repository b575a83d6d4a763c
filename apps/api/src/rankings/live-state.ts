import type { Redis } from "ioredis"
import { z } from "zod"
import { liveRankingKey, nextRankingKey, rankingSetKey } from "../infra/keys.ts"
import { withRedisErrors, createScript } from "../infra/redis.ts"
import type { Position, WindowUnits } from "./sales.ts"

/** Longer than a ranking is live: each new UTC day starts another. Ends what a killed process began. */
const KEEP_SECONDS = 5 * 86_400

/**
 * How far a ranking is built. `scan` reads the products by id; what changes meanwhile has a revision above
 * `revision`. `follow` reads what changed, in the order of revisions.
 */
export type Cursor = { phase: "scan"; revision: number; productId: number } | ({ phase: "follow" } & Position)

/** A ranking in Redis: whose shop, the newest of its days, and its cursor. The generation names its sorted set. */
export type Build = { epoch: string; day: string; generation: string; cursor: Cursor }
export type LiveState = { live: Build | undefined; next: Build | undefined }

/** Above every row of the revision, so that reading goes on with the next one. */
export const endOfRevision = (revision: number): Cursor => ({
  phase: "follow",
  revision,
  day: "9999-12-31",
  productId: 2_147_483_647,
})

const cursorText = (cursor: Cursor): string =>
  cursor.phase === "scan"
    ? `scan ${cursor.revision} ${cursor.productId}`
    : `follow ${cursor.revision} ${cursor.day} ${cursor.productId}`

const CursorText = z.string().transform((text, context): Cursor => {
  const scan = /^scan (\d+) (\d+)$/.exec(text)
  if (scan) return { phase: "scan", revision: Number(scan[1]), productId: Number(scan[2]) }
  const follow = /^follow (\d+) (\d{4}-\d\d-\d\d) (\d+)$/.exec(text)
  if (follow?.[2] === undefined) {
    context.addIssue({ code: "custom", message: "is no cursor" })
    return z.NEVER
  }
  return { phase: "follow", revision: Number(follow[1]), day: follow[2], productId: Number(follow[3]) }
})

const StoredBuild = z.object({
  epoch: z.string(),
  day: z.string(),
  generation: z.string(),
  cursor: CursorText,
})
/** Each an error, or null and what the command answered. */
const Reply = z.tuple([z.unknown()], z.unknown())
const Replies = z.tuple([Reply, Reply])

/** What does not parse, or is no hash, is as good as lost: another ranking is built in its place. */
const toBuild = (hash: unknown) => StoredBuild.safeParse(hash).data

export async function readLiveState(redis: Redis): Promise<LiveState> {
  const replies = await withRedisErrors(redis.multi().hgetall(liveRankingKey).hgetall(nextRankingKey).exec())
  const [[, live], [, next]] = Replies.parse(replies)
  return { live: toBuild(live), next: toBuild(next) }
}

/**
 * Begins a ranking in place of the one that is being built, if both are still those that the caller saw. A live one
 * that is wrong is dropped; one that is only of yesterday is served until the new one is ready. A key that holds no hash
 * holds no generation.
 * KEYS live, next. ARGV generation of live and of next as seen ('' for none), 'drop' or 'keep', prefix of the sets,
 * fields of the new one
 */
const beginScript = createScript(`
local function generation(key)
  local found = redis.pcall('HGET', key, 'generation')
  return type(found) == 'string' and found or ''
end
local live = generation(KEYS[1])
local following = generation(KEYS[2])
if live ~= ARGV[1] or following ~= ARGV[2] then return 0 end
if following ~= '' then redis.call('UNLINK', ARGV[4] .. following) end
redis.call('DEL', KEYS[2])
if ARGV[3] == 'drop' then
  redis.call('DEL', KEYS[1])
  if live ~= '' then redis.call('UNLINK', ARGV[4] .. live) end
end
redis.call('HSET', KEYS[2], unpack(ARGV, 5))
return 1
`)

/**
 * Writes absolute units and moves the cursor, if it still stands where the units were read: an older write that comes
 * late, from whomever, is refused.
 * KEYS build, set. ARGV generation, cursor as read, cursor after, TTL (s), member, units, member, units, ...
 */
const writeScript = createScript(`
local build = redis.call('HMGET', KEYS[1], 'generation', 'cursor')
if build[1] ~= ARGV[1] or build[2] ~= ARGV[2] then return 0 end
for i = 5, #ARGV, 2 do
  if tonumber(ARGV[i + 1]) > 0 then redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i])
  else redis.call('ZREM', KEYS[2], ARGV[i]) end
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1
`)

/** KEYS live, next. ARGV generation and cursor of next as read, prefix of the sets */
const promoteScript = createScript(`
local following = redis.call('HMGET', KEYS[2], 'generation', 'cursor')
if following[1] ~= ARGV[1] or following[2] ~= ARGV[2] then return 0 end
local live = redis.call('HGET', KEYS[1], 'generation')
redis.call('RENAME', KEYS[2], KEYS[1])
if live and live ~= ARGV[1] then redis.call('UNLINK', ARGV[3] .. live) end
return 1
`)

const done = async (reply: Promise<unknown>): Promise<boolean> => (await withRedisErrors(reply)) === 1

type Begin = { seen: LiveState; build: Build; live: "drop" | "keep" }

/** False when another process was faster. */
export function beginBuild(redis: Redis, { seen, build, live }: Begin): Promise<boolean> {
  const { epoch, day, generation, cursor } = build
  const fields = { epoch, day, generation, cursor: cursorText(cursor) }
  const args = [seen.live?.generation ?? "", seen.next?.generation ?? "", live, rankingSetKey("")]
  return done(
    beginScript(redis, [liveRankingKey, nextRankingKey], [...args, ...Object.entries(fields).flat()]),
  )
}

type Write = { key: string; build: Build; after: Cursor; units: readonly WindowUnits[] }

/** False when the cursor has moved since. At most a chunk of units. */
export function writeUnits(redis: Redis, { key, build, after, units }: Write): Promise<boolean> {
  const { generation, cursor } = build
  const pairs = units.flatMap((one) => [memberOf(one.productId), one.units])
  const args = [generation, cursorText(cursor), cursorText(after), KEEP_SECONDS, ...pairs]
  return done(writeScript(redis, [key, rankingSetKey(generation)], args))
}

/** Serves what was built from now on. False when another process was faster. */
export function promote(redis: Redis, { generation, cursor }: Build): Promise<boolean> {
  const args = [generation, cursorText(cursor), rankingSetKey("")]
  return done(promoteScript(redis, [liveRankingKey, nextRankingKey], args))
}

const MEMBER_BASE = 4_294_967_295

/** Redis sorts equals by text, from the highest down: so members fall as ids rise, and level products stand by id. */
export const memberOf = (productId: number) => String(MEMBER_BASE - productId).padStart(10, "0")
export const productOf = (member: string) => MEMBER_BASE - Number(member)
