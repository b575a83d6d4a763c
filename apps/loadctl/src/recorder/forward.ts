import { once } from "node:events"
import { request as httpRequest } from "node:http"
import type { IncomingMessage } from "node:http"
import { request as httpsRequest } from "node:https"
import { text as textOf } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"

import type { InfluxSettings } from "../influx/client.ts"
import type { Spool } from "./spool.ts"

/** What became of the points on their way to InfluxDB. */
export type Forwarded = {
  writes: number
  requests: number
  /** Answers of InfluxDB that were no success and are not tried again, each with what it cost. */
  refused: { status: number; text: string; writes: number; requests: number }[]
  /** What was not written within the time for it: the last reason, or null when nothing was. */
  undelivered: { writes: number; requests: number; text: string; answered: boolean } | null
  /** Attempts beyond the first of each write. */
  retries: number
}

// An answer takes InfluxDB milliseconds; one that takes so long is none.
const ANSWER_MS = 5_000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 2_000
const KEPT_TEXT = 300

export type Forwarder = ReturnType<typeof createForwarder>

/** Writes the spool's bodies to InfluxDB, one after the other and in their order. It never delays who spools. */
export function createForwarder(settings: InfluxSettings, spool: Spool) {
  const stop = new AbortController()
  const done: Forwarded = { writes: 0, requests: 0, refused: [], undelivered: null, retries: 0 }
  let last = { text: "it was not tried", answered: true }
  const loop = deliverAll()

  async function deliverAll(): Promise<void> {
    await createDatabase(settings, stop.signal)
    for (let item = await spool.next(); item; item = await spool.next()) {
      const body = await item.body().catch(noteLost)
      const answer = body && (await deliver(body))
      if (!answer) return
      if (answer.status < 300) {
        done.writes += 1
        done.requests += item.requests
      } else refuse(answer, item.requests)
      spool.remove(item)
    }
  }

  /** Tries until InfluxDB has decided; null when the time for it is over. */
  async function deliver(body: Buffer): Promise<Answer | null> {
    let pause = FIRST_PAUSE_MS
    for (;;) {
      if (stop.signal.aborted) return null
      const answer = await post(writeUrl(settings), { settings, body, signal: stop.signal })
      if ("status" in answer && answer.status < 500 && answer.status !== 429) return answer
      last = reasonFor(answer)
      done.retries += 1
      await sleep(pause, undefined, { signal: stop.signal }).catch(() => {})
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
    }
  }

  /** The spool's disk did not keep it. */
  function noteLost(error: unknown): null {
    last = { text: reasonOf(error), answered: true }
    return null
  }

  function refuse({ status, text }: Answer, requests: number): void {
    const same = done.refused.find((one) => one.status === status && one.text === text)
    if (same) {
      same.writes += 1
      same.requests += requests
    } else done.refused.push({ status, text, writes: 1, requests })
  }

  return {
    /** Waits until everything is written, at most so long, and says what became of it. */
    async finish(deadlineMs: number): Promise<Forwarded> {
      spool.end()
      const deadline = setTimeout(() => stop.abort(), deadlineMs)
      await loop
      clearTimeout(deadline)
      const left = spool.left()
      return left.writes === 0 ? done : { ...done, undelivered: { ...left, ...last } }
    },
  }
}

/** A connection that is refused is an answer too; none at all leaves open whether the points arrived. */
function reasonFor(answer: Answer | NoAnswer): { text: string; answered: boolean } {
  if ("status" in answer) return { text: `${answer.status} ${answer.text}`, answered: true }
  return { text: answer.text, answered: !answer.timedOut }
}

type Answer = { status: number; text: string }
type NoAnswer = { text: string; timedOut: boolean }

/** A user that may not create it may still write to it, so a refusal is no problem. */
async function createDatabase(settings: InfluxSettings, signal: AbortSignal): Promise<void> {
  const url = new URL("query", baseOf(settings))
  url.searchParams.set("q", `CREATE DATABASE "${settings.database}"`)
  await post(url, { settings, body: Buffer.alloc(0), signal })
}

function writeUrl(settings: InfluxSettings): URL {
  const url = new URL("write", baseOf(settings))
  url.searchParams.set("db", settings.database)
  url.searchParams.set("precision", "n")
  return url
}

function baseOf({ url }: InfluxSettings): string {
  return `${url.replace(/\/$/, "")}/`
}

type Post = { settings: InfluxSettings; body: Buffer; signal: AbortSignal }

async function post(url: URL, { settings, body, signal }: Post): Promise<Answer | NoAnswer> {
  const { username, password = "" } = settings
  const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
  const send = url.protocol === "https:" ? httpsRequest : httpRequest
  // Not by fetch, which makes two copies of every body.
  const request = send(url, {
    method: "POST",
    signal: within,
    headers: { "content-length": body.length },
    ...(username === undefined ? {} : { auth: `${username}:${password}` }),
  })
  // After an answer it may still fail to send the rest.
  request.on("error", () => {})
  try {
    request.end(body)
    const [response]: IncomingMessage[] = await once(request, "response")
    if (!response) throw new Error("no response")
    const answer = await textOf(response)
    // The body's buffer is used again, so none of it may be sent after this.
    if (!request.writableFinished) request.destroy()
    return { status: response.statusCode ?? 0, text: errorOf(answer).slice(0, KEPT_TEXT) }
  } catch (error) {
    return { timedOut: within.aborted, text: within.aborted ? "no answer in time" : reasonOf(error) }
  }
}

/** InfluxDB answers `{"error": "..."}`; whatever stands before it may answer anything. */
function errorOf(text: string): string {
  return /"error"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.trim()
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Of a name with several addresses, each has failed.
  const [first] = error instanceof AggregateError ? error.errors : []
  return first instanceof Error ? first.message : error.message
}
