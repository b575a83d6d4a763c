import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { configJsonSchema } from "../plan/json-schema.ts"

const INSTALLED = "node_modules/@saleproof/loadctl/schema/loadctl.schema.json"
const COPY = ".loadctl/loadctl.schema.json"

/** Where an editor finds the schema of the file in `folder`: in the installed package, or in a copy made here. */
export async function schemaPlace(folder: string): Promise<string> {
  if (existsSync(join(folder, INSTALLED))) return `./${INSTALLED}`
  await mkdir(join(folder, ".loadctl"), { recursive: true })
  await writeFile(join(folder, COPY), configJsonSchema())
  return `./${COPY}`
}
