import { isDeepStrictEqual } from "node:util"

import { InvalidArgumentError } from "commander"

import type { ReadySide } from "../ab/drive.ts"
import { sideNames } from "../ab/order.ts"
import type { SideName } from "../ab/order.ts"
import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import { readScenarioConfig } from "./scenario.ts"
import type { ScenarioFlags } from "./scenario.ts"

type Settings = Record<string, string>

/** What the command line says of the sides. */
export type SideFlags = ScenarioFlags & {
  a?: Settings
  b?: Settings
  aTarget?: string
  bTarget?: string
  vary?: Settings[]
  /** For all of them. */
  env?: Settings
  /** Two sides that are the same, on purpose. */
  equalSides?: boolean
}

const MAX_SIDES = 8

/** "KEY=V1,V2": the settings of a side for each value. */
export function parseVaried(text: string): Settings[] {
  const [, name = "", list = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/.exec(text) ?? []
  const values = list.split(",")
  if (name === "" || values.length < 2 || values.length > MAX_SIDES || new Set(values).size < values.length) {
    throw new InvalidArgumentError(`Expected KEY=V1,V2 with 2 to ${MAX_SIDES} different values.`)
  }
  return values.map((value) => ({ [name]: value }))
}

/** Two sides or more, A first. Throws a usage error when they are not of a kind. */
export async function readySides(flags: SideFlags, io: Io): Promise<ReadySide[]> {
  const { a, b, aTarget, bTarget, vary } = flags
  if (vary && (a ?? b ?? aTarget ?? bTarget) !== undefined) {
    throw usageError("--vary makes every side, so --a and --b have none to make.")
  }
  const sides: Omit<Wanted, "name">[] = vary?.map((env) => ({ env })) ?? [
    { env: a ?? {}, target: aTarget },
    { env: b ?? {}, target: bTarget },
  ]
  const names = sideNames(sides.length)
  return Promise.all(sides.map((side, index) => readySide({ ...side, name: names[index]! }, flags, io)))
}

/**
 * Two sides that are the same show how much this machine differs from itself; more often a flag was forgotten. Asks
 * before hours go by. Throws a usage error where there is no terminal to ask at.
 */
export async function confirmEqualSides(flags: SideFlags, io: Io): Promise<void> {
  const { a, b, aTarget, bTarget, vary, equalSides } = flags
  if (equalSides || vary || !isDeepStrictEqual([a ?? {}, aTarget], [b ?? {}, bTarget])) return
  const lack = "Both sides are the same, so all there is to see is noise."
  if (!io.ask) throw usageError(lack, "Give --a and --b, or --equal-sides if that is what you want to see.")
  const answer = await io.ask(`${lack} Go on? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim()))
    throw usageError("Nothing was started.", "--a and --b give the sides settings.")
}

type Wanted = { name: SideName; env: Settings; target?: string | undefined }

async function readySide({ name, env: own, target }: Wanted, flags: SideFlags, io: Io): Promise<ReadySide> {
  const { aTarget, bTarget } = flags
  const env = { ...flags.env, ...own }
  if ((aTarget === undefined) !== (bTarget === undefined))
    throw usageError("Give both sides a target, or neither.")
  if (target !== undefined && Object.keys(env).length > 0) {
    const flag = Object.keys(own).length > 0 ? `--${name}` : "--env"
    throw usageError(`${flag} sets up a private stack, and cannot reach ${target}.`)
  }
  const loaded = await readScenarioConfig(io, { ...flags, target })
  if (target === undefined && !loaded.config.target.stack) {
    throw usageError(
      "This target has no private stack to set up.",
      "Compare two that run: --a-target, --b-target.",
    )
  }
  return { name, env, target: target ?? null, loaded }
}
