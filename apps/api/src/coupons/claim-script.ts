import { createScript } from "../infra/redis.ts"

/**
 * One claim, all or nothing: window, total, limit a user, count, and the entry in the pending list that becomes the coupon.
 * KEYS shop, policy, the policy's users, pending, wake, answer
 * ARGV generation, now (ms), userId, policyId, claimId, most pending entries, request hash or "", key or "", answer TTL (s)
 * Answers [outcome, claimId, pending entry id, 1 when nobody was told to drain yet].
 */
export const claimScript = createScript(`
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return {'LOST'} end
if ARGV[7] ~= '' then
  local first = redis.call('HMGET', KEYS[6], 'hash', 'outcome', 'claimId')
  if first[1] and first[1] ~= ARGV[7] then return {'MISMATCH'} end
  if first[1] then return {first[2], first[3], '', 0} end
end
local policy = redis.call('HMGET', KEYS[2], 'total', 'claimed', 'perUserLimit', 'startsAt', 'endsAt')
if not policy[1] then return {'UNKNOWN_POLICY'} end
local now = tonumber(ARGV[2])
if now < tonumber(policy[4]) or now >= tonumber(policy[5]) then return {'NOT_OPEN'} end
local limit = tonumber(policy[3])
local outcome = 'ACCEPTED'
if tonumber(policy[2]) >= tonumber(policy[1]) then
  outcome = 'SOLD_OUT'
elseif limit and tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or 0) >= limit then
  outcome = 'LIMIT_REACHED'
elseif redis.call('XLEN', KEYS[4]) >= tonumber(ARGV[6]) then
  return {'FULL'}
end
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[6], 'hash', ARGV[7], 'outcome', outcome, 'claimId', ARGV[5])
  redis.call('EXPIRE', KEYS[6], ARGV[9])
end
if outcome ~= 'ACCEPTED' then return {outcome} end
redis.call('HINCRBY', KEYS[2], 'claimed', 1)
if limit then redis.call('HINCRBY', KEYS[3], ARGV[3], 1) end
local entry = redis.call('XADD', KEYS[4], '*', 'claimId', ARGV[5], 'policyId', ARGV[4], 'userId', ARGV[3],
  'claimedAt', ARGV[2], 'hash', ARGV[7], 'key', ARGV[8])
local wake = redis.call('SET', KEYS[5], '1', 'NX', 'PX', 2000)
return {outcome, ARGV[5], entry, wake and 1 or 0}
`)
