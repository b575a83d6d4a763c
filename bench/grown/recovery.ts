import { setTimeout as sleep } from "node:timers/promises"

import type { Goods } from "../environment/shop.ts"
import type { Measured } from "./model.ts"
import { ask } from "./requests.ts"
import type { RedisProcess } from "./redis.ts"

const LOOK_EVERY_MS = 25
const GIVES_UP_MS = 60_000
const DOWN_MS = 3_000
const RANKED = 100

type Recovery = { url: string; redis: RedisProcess; goods: Goods; soldOutPolicy: number }

/** What Redis loses and when it is served again, in ms; null when it was not within a minute. */
export async function measureRecovery(options: Recovery): Promise<Measured> {
  const { redis } = options
  await redis.flush()
  const flushed = await untilRecovered(options)
  await redis.kill()
  const claimsWithoutRedis = await refusedClaims(options)
  await redis.start()
  const killed = await untilRecovered(options)
  return {
    flushRefusalsMs: flushed.refusalsMs,
    flushRankingMs: flushed.rankingMs,
    claimsWithoutRedis,
    killRefusalsMs: killed.refusalsMs,
    killRankingMs: killed.rankingMs,
  }
}

async function untilRecovered(options: Recovery) {
  const refusedBefore = await fastRefusals(options.url)
  const [refusalsMs, rankingMs] = await Promise.all([
    untilTrue(() => isRefusedFast(options, refusedBefore)),
    untilTrue(() => isRankingRight(options.url)),
  ])
  return { refusalsMs, rankingMs }
}

async function untilTrue(look: () => Promise<boolean>): Promise<number | null> {
  const since = performance.now()
  while (!(await look())) {
    if (performance.now() - since > GIVES_UP_MS) return null
    await sleep(LOOK_EVERY_MS)
  }
  return performance.now() - since
}

/** Claims of a policy that is sold out; true once Redis, and not PostgreSQL, refused one. */
async function isRefusedFast({ url, goods, soldOutPolicy }: Recovery, before: number): Promise<boolean> {
  const { status } = await claim(url, goods.userIds[0], soldOutPolicy)
  if (status !== 409) throw new Error(`A claim of a policy that is sold out was answered ${status}`)
  return (await fastRefusals(url)) > before
}

async function fastRefusals(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const found = /^saleproof_fast_refusals_total\{[^}]*"sold_out"[^}]*\} (\S+)$/m.exec(text)
  return found ? Number(found[1]) : 0
}

/** Whether both rankings are served and are the same. */
async function isRankingRight(url: string): Promise<boolean> {
  const [realtime, counted] = await Promise.all([
    ask(`${url}/products/top/realtime?limit=${RANKED}`),
    ask(`${url}/products/top?limit=${RANKED}`),
  ])
  return realtime.status === 200 && JSON.stringify(realtime.body) === JSON.stringify(counted.body)
}

/** Claims for a while; how many were not accepted. */
async function refusedClaims({ url, goods }: Recovery): Promise<number> {
  const until = performance.now() + DOWN_MS
  let refused = 0
  for (let at = 0; performance.now() < until; at++) {
    const { status } = await claim(url, goods.userIds[at % goods.userIds.length], goods.policyIds[0])
    if (status !== 201) refused++
  }
  return refused
}

const claim = (url: string, userId: number | undefined, policyId: number | undefined) =>
  ask(`${url}/coupons?userId=${userId}&policyId=${policyId}`, { method: "POST" })
