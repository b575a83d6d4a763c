import { Option } from "commander"
import type { Command } from "commander"

import type { Limits, Verdict } from "../compare/model.ts"
import { EXIT } from "../errors.ts"
import type { ExitCode } from "../errors.ts"
import { parseAmount, parseShare } from "./options.ts"

/** How much must change before it counts, for every command that compares. */
export type LimitFlags = {
  minEffect: number
  minEffectMs: number
  minEffectFailed: number
  failOn?: "inconclusive"
}

export function withLimits(command: Command): Command {
  return command
    .addOption(
      shareOption("--min-effect <share>", "smallest change that counts, of the base's figure", "10%"),
    )
    .option("--min-effect-ms <ms>", "smallest change of a latency that counts", parseAmount, 0.1)
    .addOption(shareOption("--min-effect-failed <share>", "smallest change in the share of failures", "0.1%"))
    .addOption(
      new Option("--fail-on <verdict>", "exit 5 also when nothing could be decided").choices([
        "inconclusive",
      ]),
    )
}

function shareOption(flags: string, description: string, text: string): Option {
  return new Option(flags, description).argParser(parseShare).default(parseShare(text), text)
}

export function limitsOf({ minEffect, minEffectMs, minEffectFailed }: LimitFlags): Limits {
  return { share: minEffect, ms: minEffectMs, failedShare: minEffectFailed }
}

/** The code that a comparison ends with. */
export function verdictExit(verdict: Verdict, { failOn }: Pick<LimitFlags, "failOn">): ExitCode {
  if (verdict === "inconclusive") return failOn === "inconclusive" ? EXIT.invalid : EXIT.pass
  return VERDICT_EXIT[verdict]
}

const VERDICT_EXIT = {
  worse: EXIT.fail,
  better: EXIT.pass,
  "no-difference": EXIT.pass,
  "not-comparable": EXIT.invalid,
} as const satisfies Record<Exclude<Verdict, "inconclusive">, ExitCode>
