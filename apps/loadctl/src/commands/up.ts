import { Option } from "commander"
import type { Command } from "commander"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import type { StackUrls } from "../stack/provider.ts"
import { collectPair, formatOption, readConfig, wholeNumber, withConfig } from "./options.ts"
import { jsonText } from "../report/json.ts"

type Flags = {
  config?: string
  port?: number
  freePorts?: boolean
  env?: Record<string, string>
  provider: "native" | "docker"
  format: "text" | "json"
}

const HELP = `
The stack that loadctl.yaml names (target: { stack: MODULE }) starts the target and what it needs, installs what is
missing, and returns when all of it answers. \`loadctl down\` stops it; its data stays for the next time.

Examples:
  $ loadctl up
  $ loadctl up --port 8090 --env ORDER_STRATEGY=conditional
  $ loadctl up --free-ports --format json`

export function registerUp(program: Command, io: Io): void {
  withConfig(program.command("up"))
    .description("start the target and what it needs, return when all of it answers")
    .option("-p, --port <port>", "where the target listens, if not at its usual port", wholeNumber(65_535))
    .option("--free-ports", "any free ports instead of the usual ones")
    .option("-e, --env <KEY=VALUE>", "environment of the target, repeatable", collectPair)
    .addOption(providerOption())
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      if (flags.provider === "docker" && flags.freePorts)
        throw usageError("--free-ports needs --provider native.")
      if (flags.freePorts && flags.port !== undefined)
        throw usageError("--port and --free-ports contradict each other.", "Leave one of them out.")
      const { url, influxUrl, databaseUrl, redisUrl } = await start(flags, io)
      const urls = { url, influxUrl, databaseUrl, redisUrl }
      io.stdout(flags.format === "json" ? jsonText(urls) : toText(urls))
    })
}

/** Shared with `down`, which has to ask the same provider. */
export function providerOption(): Option {
  return new Option(
    "--provider <provider>",
    "child processes, or docker-compose.yml where a Docker engine answers",
  )
    .choices(["native", "docker"])
    .default("native")
}

async function start({ config, port, freePorts = false, env = {}, provider }: Flags, io: Io) {
  const [{ requireStack }, { formatSeconds, lineProgress }] = await Promise.all([
    import("../stack/load.ts"),
    import("@saleproof/stack/provide/progress.ts"),
  ])
  const stack = await requireStack(await readConfig(io, { config }), "up")
  const { urls, alreadyRunning } = await stack.up({
    env: io.env,
    targetEnv: env,
    port,
    freePorts,
    containers: provider === "docker",
    signal: io.interrupted,
    progress: lineProgress(io.stderr),
    onReady: (unit, tookMs) => io.stderr(`${unit}: ${formatSeconds(tookMs)}\n`),
  })
  if (alreadyRunning) io.stderr(`It is already running; \`loadctl down\` first to change its settings.\n`)
  return urls
}

function toText({ url, influxUrl, databaseUrl, redisUrl }: Omit<StackUrls, "workerMetricsUrl">): string {
  return `API         ${url}\nInfluxDB    ${influxUrl}\nPostgreSQL  ${databaseUrl}\nRedis       ${redisUrl}\n`
}
