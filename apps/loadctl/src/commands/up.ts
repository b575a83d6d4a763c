import { InvalidArgumentError, Option } from "commander"
import type { Command } from "commander"

import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import type { StackUrls } from "@saleproof/stack/unit.ts"
import { collectPair, formatOption } from "./options.ts"

type Flags = {
  port: number
  freePorts?: boolean
  env?: Record<string, string>
  provider: "native" | "docker"
  format: "text" | "json"
}

const HELP = `
Starts PostgreSQL, Redis, InfluxDB, the API and its worker, installs what is missing, and returns when all of them
answer. \`loadctl down\` stops them; their data stays for the next time.

Examples:
  $ loadctl up
  $ loadctl up --port 8090 --env ORDER_STRATEGY=conditional
  $ loadctl up --free-ports --format json`

export function registerUp(program: Command, io: Io): void {
  program
    .command("up")
    .description("start everything and return when it answers")
    .option("-p, --port <port>", "where the API listens", parsePort, 8080)
    .option("--free-ports", "any free ports instead of 5432, 6379, 8086, 8080 and 8081")
    .option("-e, --env <KEY=VALUE>", "environment of the API and the worker, repeatable", collectPair)
    .addOption(providerOption())
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      if (flags.provider === "docker" && flags.freePorts)
        throw usageError("--free-ports needs --provider native.")
      const urls = await (flags.provider === "docker" ? upInContainers(flags, io) : upNatively(flags, io))
      io.stdout(flags.format === "json" ? toJson(urls) : toText(urls))
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

async function upNatively(flags: Flags, io: Io): Promise<StackUrls> {
  const [{ startSharedStack }, { formatSeconds, lineProgress }] = await Promise.all([
    import("@saleproof/stack/shared.ts"),
    import("@saleproof/stack/provide/progress.ts"),
  ])
  const { stack, alreadyRunning } = await startSharedStack({
    env: io.env,
    apiPort: flags.port,
    freePorts: flags.freePorts ?? false,
    shopEnv: flags.env ?? {},
    signal: io.interrupted,
    progress: lineProgress(io.stderr),
    onReady: (unit, tookMs) => io.stderr(`${unit}: ${formatSeconds(tookMs)}\n`),
  })
  if (alreadyRunning) io.stderr(`It is already running; \`loadctl down\` first to change its settings.\n`)
  return stack.urls
}

async function upInContainers(flags: Flags, io: Io): Promise<StackUrls> {
  const { startContainers } = await import("@saleproof/stack/docker.ts")
  return startContainers({ env: io.env, apiPort: flags.port, shopEnv: flags.env ?? {} })
}

function toJson({ url, influxUrl, databaseUrl, redisUrl }: StackUrls): string {
  return `${JSON.stringify({ url, influxUrl, databaseUrl, redisUrl }, null, 2)}\n`
}

function toText({ url, influxUrl, databaseUrl, redisUrl }: StackUrls): string {
  return `API         ${url}\nInfluxDB    ${influxUrl}\nPostgreSQL  ${databaseUrl}\nRedis       ${redisUrl}\n`
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("Expected 1 to 65535.")
  return port
}
