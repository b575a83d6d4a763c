import { tmpdir } from "node:os"

import { expect, it } from "vitest"

import { commandText } from "./command.ts"

const CLONE = import.meta.dirname

it("repeats what was typed, quoted where a shell would read it otherwise", () => {
  const argv = ["ab", "--vary", "ORDER_STRATEGY=batched,conditional", "--precision", "10%"]
  expect(commandText({ argv, cwd: CLONE })).toBe(
    "npx loadctl ab --vary ORDER_STRATEGY=batched,conditional --precision 10%",
  )
  expect(commandText({ argv: ["run", "--env", "MOTTO=it's $1"], cwd: CLONE })).toBe(
    String.raw`npx loadctl run --env 'MOTTO=it'\''s $1'`,
  )
})

it("names npx only in a project that has loadctl installed", () => {
  expect(commandText({ argv: ["runs"], cwd: tmpdir() })).toBe("loadctl runs")
})

it("shows no secret", () => {
  const argv = ["run", "--env", "LAB_TOKEN=hush", "--influx", "http://joe:hush@influx:8086/"]
  const text = commandText({ argv, cwd: CLONE })
  expect(text).not.toContain("hush")
  expect(text).toContain("--influx http://influx:8086/")
})
