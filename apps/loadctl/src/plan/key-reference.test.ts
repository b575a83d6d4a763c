import { readFileSync } from "node:fs"
import { join } from "node:path"

import { expect, it } from "vitest"

import { configJsonSchema, configKeys } from "./json-schema.ts"
import { keyDoc } from "./key-docs.ts"
import { withReference } from "./key-reference.ts"

it("has a text for every key", () => {
  const untold = configKeys().filter(({ path }) => keyDoc(path) === undefined)
  expect(untold.map(({ path }) => path)).toEqual([])
})

it("shows the texts to editors", () => {
  expect(JSON.parse(configJsonSchema())).toMatchObject({
    properties: {
      target: { properties: { url: { description: expect.stringContaining("Where it answers") } } },
    },
  })
})

it("is what docs/loadctl.md shows", () => {
  const file = join(import.meta.dirname, "../../../../docs/loadctl.md")
  const text = readFileSync(file, "utf8")
  expect(text).toBe(withReference(text))
})
