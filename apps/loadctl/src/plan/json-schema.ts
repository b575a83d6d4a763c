import { z } from "zod"

import { Config } from "./schema.ts"

/** loadctl.yaml as JSON Schema, for editors; rules that tie several keys together are loadctl's own to check. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(Config, { target: "draft-7", io: "input", override: withoutOwnFormats })
  return `${JSON.stringify({ title: "loadctl.yaml", ...schema }, null, 2)}\n`
}

const FORMATS_OF_JSON_SCHEMA = new Set(["uri", "date-time"])

/** zod names its own checks as formats, which validators do not know; their pattern says the same. */
function withoutOwnFormats({ jsonSchema }: { jsonSchema: { format?: string } }): void {
  if (jsonSchema.format !== undefined && !FORMATS_OF_JSON_SCHEMA.has(jsonSchema.format))
    delete jsonSchema.format
}
