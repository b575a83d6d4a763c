import { Option } from "commander"
import type { Command } from "commander"

import type { Limits } from "../compare/model.ts"
import { parseAmount, parseShare } from "./options.ts"

/** How much must change before it counts, for every command that compares. */
export type LimitFlags = { minEffect: number; minEffectMs: number; minEffectFailed: number }

export function withLimits(command: Command): Command {
  return command
    .addOption(
      shareOption("--min-effect <share>", "smallest change that counts, of the base's figure", "10%"),
    )
    .option("--min-effect-ms <ms>", "smallest change of a latency that counts", parseAmount, 5)
    .addOption(shareOption("--min-effect-failed <share>", "smallest change in the share of failures", "0.1%"))
}

function shareOption(flags: string, description: string, text: string): Option {
  return new Option(flags, description).argParser(parseShare).default(parseShare(text), text)
}

export function limitsOf({ minEffect, minEffectMs, minEffectFailed }: LimitFlags): Limits {
  return { share: minEffect, ms: minEffectMs, failedShare: minEffectFailed }
}
