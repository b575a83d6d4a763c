import { UsageError } from "@saleproof/command/command.ts"
import { expect, it } from "vitest"

import { readFlags } from "./flags.ts"
import { findingsOf } from "./outcome.ts"

const report = {
  schemathesis_version: "4.0.0",
  seed: 1,
  running_time: 20,
  stop_reason: "completed",
  operations: { selected: 2, tested: 2 },
  test_cases: { generated: 100 },
  failures: [],
  errors: [],
}
const clean = {
  exitCode: 0,
  report,
  log: '{"level":"info","msg":"request"}\n{"level":"warn","msg":"late"}\n',
  alive: true,
  violated: [],
}

it("finds nothing where nothing is wrong", () => {
  expect(findingsOf(clean)).toEqual([])
})

it.each([
  [
    "a failed check",
    {
      report: {
        ...report,
        failures: [{ code: "ST101", title: "Server error", count: 3, operations: ["GET /x"] }],
      },
    },
    "ST101 Server error: 3 in GET /x",
  ],
  [
    "what the fuzzer could not try",
    { report: { ...report, errors: [{ title: "Schema Error" }] } },
    "Schema Error",
  ],
  ["a run without a report", { report: undefined }, "no report"],
  ["a fuzzer that had to be ended", { exitCode: undefined }, "its time over"],
  ["an error in the log", { log: '{"level":"error","msg":"unexpected error"}' }, "error: unexpected error"],
  ["a crash in the log", { log: "Error: boom\n    at f (x.ts:1)" }, "Error: boom"],
  ["a stack at level info", { log: '{"level":"info","msg":"x","err":"E\\n    at f"}' }, "a stack or SQL"],
  ["SQL at level info", { log: '{"level":"info","msg":"SELECT * FROM users"}' }, "a stack or SQL"],
  ["an API that is gone", { alive: false, violated: undefined }, "does not answer"],
  ["an invariant that does not hold", { violated: ["stock"] }, "stock violated"],
])("finds %s", (_what, changed, found) => {
  expect(findingsOf({ ...clean, ...changed }).join("\n")).toContain(found)
})

it.each([{ pass: ["all"] }, { seconds: "0" }, { seconds: "x" }, { seed: "-1" }])("refuses %j", (values) => {
  expect(() => readFlags(values)).toThrow(UsageError)
})

it("runs every pass in full unless the flags say less", () => {
  expect(readFlags({})).toMatchObject({ seconds: 240, examples: 200, seed: 1, save: false })
  expect(readFlags({ quick: true, pass: ["lab"], seed: "7", save: true })).toMatchObject({
    seconds: 20,
    examples: 10,
    seed: 7,
    save: true,
    passes: [{ name: "lab" }],
  })
})
