import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"
import { z } from "zod"

import { readK6Exit } from "./exits.ts"
import { createLogReader } from "./log.ts"
import { parseSummary } from "./summary.ts"

const Recording = z.object({ exitCode: z.number(), log: z.array(z.string()), summary: z.unknown() })

function recorded(code: number) {
  const file = join(import.meta.dirname, `../../test/fixtures/k6/exit-${code}.json`)
  const { exitCode, log, summary } = Recording.parse(JSON.parse(readFileSync(file, "utf8")))
  const reader = createLogReader()
  for (const line of log) reader.line(line)
  return {
    exit: readK6Exit(exitCode),
    log: reader.log,
    summary: summary === null ? null : parseSummary(summary),
  }
}

describe("what k6 left at each exit code", () => {
  it("0: it finished", () => {
    expect(recorded(0)).toMatchObject({
      exit: { kind: "finished", thresholdsFailed: false },
      log: { errors: [] },
    })
  })

  it("99: it finished, and a threshold failed, which is no error of its own", () => {
    const { exit, log, summary } = recorded(99)
    expect(exit).toEqual({ kind: "finished", thresholdsFailed: true })
    expect(log.errors).toEqual([])
    expect(summary?.metrics["iterations"]?.thresholds).toEqual({ "count>=2": { ok: false } })
  })

  it("104: it refused the options, and there is nothing to judge", () => {
    const { exit, log, summary } = recorded(104)
    expect(exit.kind).toBe("refused")
    expect(log.errors[0]).toContain("unknown executor type 'no-such-executor'")
    expect(summary).toBeNull()
  })

  it("105: it was interrupted, and still left a summary", () => {
    const { exit, summary } = recorded(105)
    expect(exit).toEqual({ kind: "interrupted" })
    expect(summary).not.toBeNull()
  })

  it("107: the script threw, and the first line says what", () => {
    const { exit, log } = recorded(107)
    expect(exit.kind).toBe("broken")
    expect(log.errors).toEqual(["Error: broken script"])
  })

  it("108: the script stopped the run itself", () => {
    const { exit, log } = recorded(108)
    expect(exit).toMatchObject({ kind: "broken", text: expect.stringContaining("test.abort()") })
    expect(log.errors[0]).toContain("enough")
  })

  it("none: it was killed", () => {
    expect(readK6Exit(null).kind).toBe("crashed")
  })
})

const IN_ITERATION = { source: "stacktrace", scenario: "default", executor: "constant-vus" }

describe("createLogReader", () => {
  it("keeps the first error and warning of each kind, and counts the others", () => {
    const reader = createLogReader()
    const failed = (url: string) =>
      `{"level":"warning","msg":"Request Failed","error":"Get \\"${url}\\": refused"}`
    reader.line(failed("undefined/1"))
    reader.line(failed("undefined/2"))
    reader.line(
      '{"level":"error","msg":"TypeError: x is undefined\\n\\tat file:///a.js:1","source":"stacktrace"}',
    )
    reader.line('{"level":"info","msg":"hello"}')
    expect(reader.log.messages).toEqual([
      { level: "warning", text: 'Request Failed: Get "undefined/1": refused', count: 2 },
      { level: "error", text: "TypeError: x is undefined", count: 1 },
    ])
  })

  it("counts iterations that threw, with what differs of what they threw", () => {
    const reader = createLogReader()
    const threw = (text: string) =>
      reader.line(JSON.stringify({ level: "error", msg: `${text}\n\tat file:///a.js:1`, ...IN_ITERATION }))
    for (const text of ["TypeError: x", "TypeError: x", "Error: y"]) threw(text)
    // A promise that was rejected has no source.
    reader.line(
      JSON.stringify({ level: "error", msg: "Uncaught (in promise) Error: z", scenario: "default" }),
    )
    expect(reader.log).toMatchObject({
      threw: 4,
      thrown: ["TypeError: x", "Error: y", "Uncaught (in promise) Error: z"],
    })
  })

  it("keeps apart what the script threw outside of its iterations", () => {
    const reader = createLogReader()
    reader.line('{"level":"error","msg":"Error: td\\n\\tat teardown","source":"stacktrace"}')
    reader.line(
      '{"level":"error","msg":"Error while allocating unplanned VU","error":"no data","scenario":"a"}',
    )
    reader.line('{"level":"error","msg":"an error that the script logs","source":"console"}')
    expect(reader.log).toMatchObject({ threw: 0, thrownOutside: ["Error: td", "no data"] })
  })

  it("counts flushes that k6 threw away as a whole", () => {
    const reader = createLogReader()
    reader.line('{"level":"error","msg":"Couldn\'t create batch from samples","error":"+Inf is no value"}')
    expect(reader.log.lostFlushes).toBe(1)
  })

  it("counts lost writes and slow flushes apart from other errors", () => {
    const reader = createLogReader()
    reader.line('{"level":"error","msg":"Couldn\'t write stats","error":"connection refused"}')
    reader.line(
      '{"level":"warning","msg":"The flush operation took higher than the expected set push interval."}',
    )
    reader.line("panic: something")
    reader.line("")
    expect(reader.log).toEqual({
      lostWrites: 1,
      slowFlushes: 1,
      lostFlushes: 0,
      threw: 0,
      thrown: [],
      thrownOutside: [],
      errors: ["panic: something"],
      messages: [{ level: "error", text: "panic: something", count: 1 }],
    })
  })
})
