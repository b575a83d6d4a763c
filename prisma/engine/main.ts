import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { z } from "zod"
import { runAdministration } from "./administration.ts"
import { writeLine } from "./log.ts"
import { answer } from "./rpc.ts"
import { createEngine } from "./wasm.ts"

// What Prisma starts: `--datamodels FILE... --datasource JSON` and then JSON-RPC on stdin, or `cli COMMAND`.
const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { datamodels: { type: "string", multiple: true }, datasource: { type: "string" } },
})
const Datasource = z.object({ url: z.string().default(""), shadowDatabaseUrl: z.string().optional() })
const { url, shadowDatabaseUrl } = Datasource.parse(JSON.parse(String(values.datasource ?? "{}")))

if (positionals[0] === "cli") {
  process.exitCode = await runAdministration(String(positionals[1]), url)
} else {
  const paths = (values.datamodels ?? []).map(String)
  const files = paths.map((path): [string, string] => [path, readFileSync(path, "utf8")])
  const call = createEngine({ files, url, shadowDatabaseUrl, log: writeLine })
  // One request at a time, as the native engine does.
  for await (const line of createInterface({ input: process.stdin })) {
    for (const message of await answer(line, call)) process.stdout.write(`${JSON.stringify(message)}\n`)
  }
}
