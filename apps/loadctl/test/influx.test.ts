import { randomUUID } from "node:crypto"

import { InfluxDB } from "influx"
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest"

import { createInflux } from "../src/influx/client.ts"
import { readSamples } from "../src/influx/samples.ts"

const database = `samples_${randomUUID().replaceAll("-", "")}`
const settings = { url: inject("influxUrl"), database }
const admin = new InfluxDB(settings.url)
// A run longer than one page of samples.
const start = Date.UTC(2026, 10, 22, 12)
const window = { from: start, to: start + 60_000 }

beforeAll(async () => {
  await admin.createDatabase(database)
  const point = (testid: string, second: number, tags: Record<string, string> = {}) => ({
    measurement: "http_req_duration",
    tags: { testid, scenario: "sale", name: "order", status: "201", expected_response: "true", ...tags },
    fields: { value: second + 0.5 },
    timestamp: new Date(start + second * 1_000),
  })
  const seconds = Array.from({ length: 60 }, (_, second) => second)
  await admin.writePoints(
    [
      ...seconds.map((second) => point("mine", second)),
      point("mine", 30, { status: "0", expected_response: "false", error_code: "1212" }),
      ...seconds.map((second) => point("another", second)),
    ],
    { database },
  )
})

afterAll(() => admin.dropDatabase(database))

describe("readSamples", () => {
  it("reads every request of exactly this run, whatever the number of pages", async () => {
    const series = await readSamples(createInflux(settings), "mine", window)
    expect(series).toHaveLength(2)
    const good = series.find(({ status }) => status === "201")
    expect(good).toMatchObject({ scenario: "sale", name: "order", expected: true, errorCode: "" })
    expect([...(good?.ms ?? [])]).toEqual(Array.from({ length: 60 }, (_, second) => second + 0.5))
    expect(good?.at[0]).toBe(start)
    const failed = series.find(({ status }) => status === "0")
    expect(failed).toMatchObject({ expected: false, errorCode: "1212", ms: Float64Array.of(30.5) })
  })

  it("refuses an id that could break out of the query", async () => {
    await expect(readSamples(createInflux(settings), "x' OR 'a'='a", window)).rejects.toThrow(
      "is not an id of a run",
    )
  })

  it("has no samples of a run that InfluxDB does not know", async () => {
    expect(await readSamples(createInflux(settings), "nobody", window)).toEqual([])
  })

  it("throws when the database is not there, instead of finding nothing", async () => {
    const influx = createInflux({ ...settings, database: "no_such_database" })
    await expect(readSamples(influx, "mine", window)).rejects.toThrow("database not found")
  })
})

describe("answers", () => {
  it("tells a running InfluxDB from none", async () => {
    expect(await createInflux(settings).answers()).toBe(true)
    expect(await createInflux({ ...settings, url: "http://127.0.0.1:1" }).answers()).toBe(false)
  })
})
