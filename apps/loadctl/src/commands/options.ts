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

/** The configuration that a command works with: file, then environment, then its flags. */
export async function readConfig(
  io: Io,
  named: string | undefined,
  flags: Override[] = [],
): Promise<LoadedConfig> {
  const { envOverrides, findConfig, loadConfig } = await import("../config.ts")
  const loaded = loadConfig(findConfig(io.cwd, named), [...envOverrides(io.env), ...flags])
  if (loaded.config.tls) (await import("../machine/tls.ts")).trustAsConfigured(loaded, io)
  return loaded
}
