import { InfluxDB } from "influx"
import { z } from "zod"

import { usageError } from "../errors.ts"

export type InfluxSettings = {
  url: string
  database: string
  username?: string | undefined
  password?: string | undefined
  /** The unit of times, in and out: microseconds unless it says milliseconds. */
  precision?: "u" | "ms"
}

const Answer = z.object({
  results: z.array(
    z.object({
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            name: z.string(),
            tags: z.record(z.string(), z.string()).default({}),
            columns: z.array(z.string()),
            values: z.array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()]))),
          }),
        )
        .default([]),
    }),
  ),
})

export type InfluxSeries = z.infer<typeof Answer>["results"][number]["series"][number]

const PING_TIMEOUT_MS = 2_000
// Reading a minute of a busy run takes InfluxDB seconds, not minutes.
const QUERY_TIMEOUT_MS = 60_000

/** Reads one database of an InfluxDB 1.x. Times go in and out as whole numbers since 1970. */
export function createInflux(settings: InfluxSettings) {
  const { precision = "u" } = settings
  const url = new URL(settings.url)
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw usageError(`${settings.url} is not http(s).`)
  const database = new InfluxDB({
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
    protocol: url.protocol === "https:" ? "https" : "http",
    database: settings.database,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    pool: { maxRetries: 0, requestTimeout: QUERY_TIMEOUT_MS },
  })

  /** Whether it answers its ping. */
  async function answers(): Promise<boolean> {
    const [host] = await database.ping(PING_TIMEOUT_MS)
    return host?.online ?? false
  }

  /** The series of one statement; none for a measurement or a tag value that does not exist. Throws otherwise. */
  async function query(statement: string, signal?: AbortSignal): Promise<InfluxSeries[]> {
    const answer = Answer.parse(
      await database.queryRaw(statement, { precision, ...(signal ? { signal } : {}) }),
    )
    const [result] = answer.results
    if (result?.error) throw new Error(`InfluxDB refused a query: ${result.error}`)
    return result?.series ?? []
  }

  return { answers, query }
}

export type Influx = ReturnType<typeof createInflux>
