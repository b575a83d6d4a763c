import { expect, it } from "vitest"

import { commandText } from "./command.ts"

it("repeats what was typed, quoted where a shell would read it otherwise", () => {
  expect(commandText(["ab", "--vary", "ORDER_STRATEGY=batched,conditional", "--precision", "10%"])).toBe(
    "npx loadctl ab --vary ORDER_STRATEGY=batched,conditional --precision 10%",
  )
  expect(commandText(["run", "--env", "MOTTO=it's $1"])).toBe(
    String.raw`npx loadctl run --env 'MOTTO=it'\''s $1'`,
  )
})

it("shows no secret", () => {
  const text = commandText(["run", "--env", "LAB_TOKEN=hush", "--influx", "http://joe:hush@influx:8086/"])
  expect(text).not.toContain("hush")
  expect(text).toContain("--influx http://influx:8086/")
})
