import type { Command } from "commander"

import type { Io } from "../io.ts"

const OPTION = /^--([A-Za-z0-9._-]+)$/

/**
 * The command line with `--NAME` written out as `--variant NAME` for each variant that loadctl.yaml makes a flag. The
 * file is read only where an option is not one of the command's own.
 */
export async function expandVariantFlags(io: Io, program: Command): Promise<readonly string[]> {
  const { argv } = io
  const command = program.commands.find((candidate) => candidate.name() === argv[0])
  const own = new Set(command?.options.map(({ long }) => long))
  const foreign = argv.filter((word) => OPTION.test(word) && !own.has(word) && word !== "--help")
  if (!own.has("--variant") || foreign.length === 0) return argv
  const flags = new Set(await flagVariants(io))
  return argv.flatMap((word) => {
    const name = OPTION.exec(word)?.[1] ?? ""
    return !own.has(word) && flags.has(name) ? ["--variant", name] : [word]
  })
}

/** A file that cannot be read makes no flags; the command itself says what is wrong with it. */
async function flagVariants(io: Io): Promise<string[]> {
  const { readConfig } = await import("./options.ts")
  const named = io.argv.indexOf("--config")
  const config = named < 0 ? undefined : io.argv[named + 1]
  const loaded = await readConfig(io, { config }).catch(() => null)
  return Object.entries(loaded?.config.variants ?? {}).flatMap(([name, { flag }]) => (flag ? [name] : []))
}
