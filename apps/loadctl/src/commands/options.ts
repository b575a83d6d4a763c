import { InvalidArgumentError, Option } from "commander"
import type { Command } from "commander"

import type { LoadedConfig, Override } from "../config.ts"
import type { Io } from "../io.ts"

/** `--config`, for every command that reads loadctl.yaml. */
export function withConfig(command: Command): Command {
  return command.option("-c, --config <file>", "another file than the nearest loadctl.yaml")
}

export function formatOption(formats: readonly string[]): Option {
  return new Option("-f, --format <format>", "how to print it").choices([...formats]).default("text")
}

/** Collects `--env KEY=VALUE --env ...` into one record. */
export function collectPair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError("Expected KEY=VALUE.")
  return { ...before, [name]: value ?? "" }
}

/** "10%" or "0.1". */
export function parseShare(text: string): number {
  const [, amount, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? []
  const share = Number(amount) / (percent ? 100 : 1)
  if (!(share >= 0 && share <= 10)) throw new InvalidArgumentError("Expected a share such as 10% or 0.1.")
  return share
}

export function parseAmount(text: string): number {
  const amount = Number(text)
  if (!(text.trim() !== "" && amount >= 0 && Number.isFinite(amount))) {
    throw new InvalidArgumentError("Expected a number from 0.")
  }
  return amount
}

/** Reads a flag that is a whole number from 1. */
export function wholeNumber(most = Number.POSITIVE_INFINITY): (text: string) => number {
  const range = Number.isFinite(most) ? `from 1 to ${most}` : "from 1"
  return (text) => {
    const number = Number(text)
    if (Number.isInteger(number) && number >= 1 && number <= most) return number
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }
}

/** Another file than the nearest loadctl.yaml, and what wins over it. */
export type ConfigFlags = {
  config?: string | undefined
  target?: string | undefined
  influx?: string | undefined
}

/** The configuration that a command works with: file, then environment, then its flags. */
export async function readConfig(io: Io, { config, target, influx }: ConfigFlags): Promise<LoadedConfig> {
  const { envOverrides, findConfig, loadConfig } = await import("../config.ts")
  const flags: Override[] = [
    { path: ["target", "url"], value: target, source: "--target" },
    { path: ["influx", "url"], value: influx, source: "--influx" },
  ]
  const given = flags.filter(({ value }) => value !== undefined)
  const loaded = loadConfig(findConfig(io.cwd, config), [...envOverrides(io.env), ...given])
  if (loaded.config.tls) (await import("../machine/tls.ts")).trustAsConfigured(loaded, io)
  return loaded
}
