import { z } from "zod"

import { keyDoc } from "./key-docs.ts"
import { Config } from "./schema.ts"

type Schema = z.core.JSONSchema.JSONSchema

/** loadctl.yaml as JSON Schema, for editors; rules that tie several keys together are loadctl's own to check. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(Config, { target: "draft-7", io: "input", override: withoutOwnFormats })
  for (const { path, schema: key } of keysOf(schema)) {
    const text = keyDoc(path)
    if (text !== undefined) key.description = text
  }
  return `${JSON.stringify({ title: "loadctl.yaml", ...schema }, null, 2)}\n`
}

export type Key = { path: string; schema: Schema; required: boolean }

/** Every key that may stand in the file, in the order of the schema; a name of the user's is `*`. */
export function configKeys(): Key[] {
  return keysOf(z.toJSONSchema(Config, { target: "draft-7", io: "input", override: withoutOwnFormats }))
}

function keysOf(place: Schema | boolean | undefined, path = ""): Key[] {
  if (typeof place !== "object") return []
  const { properties = {}, additionalProperties, items, anyOf = [], allOf = [], required = [] } = place
  const own = Object.entries(properties).flatMap(([name, schema]): Key[] => {
    if (typeof schema !== "object") return []
    const inner = path === "" ? name : `${path}.${name}`
    return [{ path: inner, schema, required: required.includes(name) }, ...keysOf(schema, inner)]
  })
  const item = Array.isArray(items) ? undefined : items
  return [
    ...own,
    ...keysOf(additionalProperties, `${path}.*`),
    ...keysOf(item, `${path}[]`),
    ...[...anyOf, ...allOf].flatMap((one) => keysOf(one, path)),
  ]
}

const FORMATS_OF_JSON_SCHEMA = new Set(["uri", "date-time"])

/** zod names its own checks as formats, which validators do not know; their pattern says the same. */
function withoutOwnFormats({ jsonSchema }: { jsonSchema: { format?: string } }): void {
  if (jsonSchema.format !== undefined && !FORMATS_OF_JSON_SCHEMA.has(jsonSchema.format))
    delete jsonSchema.format
}
