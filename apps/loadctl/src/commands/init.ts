import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join, relative, resolve } from "node:path"

import type { Command } from "commander"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import { hasCredentials, redactUrl } from "../machine/redact.ts"
import { collectPair } from "./options.ts"

type Flags = { url?: string; script?: string; e?: Record<string, string>; buildK6?: boolean }

const HELP = `
Looks at the script with k6 and in its text, and writes a loadctl.yaml with its scenarios and the names of its
requests, a schema for editors, and .loadctl/ into .gitignore. It never writes over a file that is there.

Example:
  $ loadctl init --url http://127.0.0.1:3000 --script load-test.js`

export function registerInit(program: Command, io: Io): void {
  program
    .command("init")
    .description("write a loadctl.yaml for a k6 script, which works as it is")
    .option("--url <url>", "where the API answers; asked for on a terminal")
    .option("--script <file>", "the k6 script; asked for on a terminal")
    .option(
      "-e <KEY=VALUE>",
      "variable that the script needs to be read, repeatable; not written",
      collectPair,
    )
    .option("--build-k6", "where there is no k6, build it with Go (once, about a minute)")
    .addHelpText("after", HELP)
    .action((flags: Flags) => init(flags, io))
}

async function init(flags: Flags, io: Io): Promise<void> {
  const [{ CONFIG_FILE }, { starterConfig }, { schemaPlace }, { ignoreRuns }, { ownName }] =
    await Promise.all([
      import("../config.ts"),
      import("../plan/starter-config.ts"),
      import("../project/schema-place.ts"),
      import("../project/ignore.ts"),
      import("../machine/own-name.ts"),
    ])
  const name = ownName(io.cwd)
  const file = join(io.cwd, CONFIG_FILE)
  if (existsSync(file)) {
    throw usageError(`There is a ${CONFIG_FILE} here already, and it stays.`, `${name} check looks at it.`)
  }
  const url = parseUrl(await answerFor(io, { flag: "--url", given: flags.url, question: URL_QUESTION }))
  const script = await answerFor(io, { flag: "--script", given: flags.script, question: SCRIPT_QUESTION })
  const found = await lookAtScript(io, { script, url, flags })
  const schema = await writable(() => schemaPlace(io.cwd))
  const starter = { url, script: relative(io.cwd, resolve(io.cwd, script)), schema, ...found }
  await writable(() => writeFile(file, starterConfig(starter), { flag: "wx" }))
  const ignored = await writable(() => ignoreRuns(io.cwd))
  io.stdout(writtenText({ name, scenarios: found.scenarios, names: found.names, ignored }))
}

const URL_QUESTION = "Where does the API answer? (http://127.0.0.1:3000) "
const SCRIPT_QUESTION = "Which k6 script? (load-test.js) "

type Asked = { flag: string; given: string | undefined; question: string }

/** What was given, or what a person at the terminal says; an empty answer is what stands in parentheses. */
async function answerFor(io: Io, { flag, given, question }: Asked): Promise<string> {
  if (given !== undefined) return given
  if (!io.ask) {
    throw usageError(
      `init needs ${flag}.`,
      "loadctl init --url http://127.0.0.1:3000 --script load-test.js; on a terminal it asks.",
    )
  }
  const said = (await io.ask(question)).trim()
  return said === "" ? (/\((.*)\)/.exec(question)?.[1] ?? "") : said
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw usageError(`--url ${redactUrl(text)}: expected an http(s) URL.`)
  if (hasCredentials(text))
    throw usageError("Leave the credentials out of --url: the script can take them from its variables.")
  return text
}

type Looking = { script: string; url: string; flags: Flags }

async function lookAtScript(io: Io, { script, url, flags: { e = {}, buildK6 } }: Looking) {
  const [{ requireInspected }, { readLiterals }, { BUILD_K6, requireK6 }] = await Promise.all([
    import("../project/inspect.ts"),
    import("../project/literals.ts"),
    import("../k6/find.ts"),
  ])
  const path = resolve(io.cwd, script)
  if (!existsSync(path)) throw usageError(`There is no script ${script}.`, "--script names a k6 script.")
  if (buildK6) io.env[BUILD_K6] = "on"
  const binary = await requireK6(io, (text) => io.stderr(`${text}\n`))
  const literals = readLiterals(path)
  const variables = { ...Object.fromEntries(literals.addressVariables.map((name) => [name, url])), ...e }
  const asked = { binary, script: path, cwd: io.cwd, variables, env: io.env, signal: io.interrupted }
  const { scenarios } = await requireInspected(asked)
  return { ...literals, scenarios: scenarios.map((scenario) => scenario.name) }
}

async function writable<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error
    throw usageError(`Nothing can be written here: ${error.message}.`)
  }
}

type Written = { name: string; scenarios: readonly string[]; names: readonly string[]; ignored: boolean }

function writtenText({ name, scenarios, names, ignored }: Written): string {
  const run = scenarios.length === 1 ? `${name} run` : `${name} run --scenario ${scenarios[0] ?? ""}`
  return [
    `Wrote loadctl.yaml${ignored ? ", and .loadctl/ into .gitignore" : ""}.`,
    `  scenarios  ${scenarios.join(", ")}`,
    `  endpoints  ${names.length > 0 ? names.join(", ") : "those that k6 sees; the script's text names none"}`,
    `Next: ${name} check, then ${run}`,
    "",
  ].join("\n")
}
