import type { Config } from "../plan/schema.ts"
import { formatTable } from "./table.ts"

type Entry = { name: string; description: string }

export type ConfigList = { scenarios: Entry[]; personas: Entry[]; variants: Entry[] }

/** What a loadctl.yaml has to offer. */
export function listConfig({ scenarios, personas, variants }: Config): ConfigList {
  return { scenarios: entries(scenarios), personas: entries(personas), variants: entries(variants) }
}

export function renderList({ scenarios, personas, variants }: ConfigList): string {
  const sections = [
    ["--scenario", scenarios],
    ["--persona", personas],
    ["--variant", variants],
  ] as const
  const blocks = sections.flatMap(([flag, found]) =>
    found.length === 0 ? [] : [[flag, ...rows(found).map((line) => `  ${line}`)].join("\n")],
  )
  return `${blocks.join("\n\n")}\n`
}

function entries(known: Record<string, { description?: string | undefined }>): Entry[] {
  return Object.entries(known).map(([name, { description = "" }]) => ({ name, description }))
}

function rows(found: readonly Entry[]): string[] {
  return formatTable(
    found.map(({ name, description }) => [name, description]),
    "LL",
  )
}
