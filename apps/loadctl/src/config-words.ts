import { z } from "zod"

import { Config } from "./plan/schema.ts"

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

const TYPES: Record<string, string> = {
  object: "keys and values below it",
  record: "keys and values below it",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  nonoptional: "a value",
}

/** What is wrong with a value, in our words; zod's own ("expected object, received null") stay inside. */
export function issueText(issue: RawIssue): string {
  if (issue.code === "invalid_type") return typeText(issue)
  if (issue.code === "invalid_value")
    return `expected ${issue.values.map(String).join(" or ")}, not ${shown(issue.input)}`
  if (issue.code === "too_small") return `expected ${sizeText(issue.origin, "at least", issue.minimum)}`
  if (issue.code === "too_big") return `expected ${sizeText(issue.origin, "at most", issue.maximum)}`
  if (issue.code === "invalid_union") return `${shown(issue.input)} is none of what may stand here`
  if (issue.code === "invalid_key") return "this name cannot be used as a key here"
  return `${shown(issue.input)} cannot stand here`
}

function typeText({ expected, input }: Extract<RawIssue, { code: "invalid_type" }>): string {
  const wanted = TYPES[expected] ?? "something else"
  if (input === undefined) return `is missing: expected ${wanted}`
  if (input === null) return `is empty: expected ${wanted}`
  return `expected ${wanted}, not ${shown(input)}`
}

function sizeText(origin: string, bound: string, size: number | bigint): string {
  if (origin === "string") return Number(size) === 1 ? "text" : `${bound} ${size} characters`
  if (origin === "array" || origin === "set") return `${bound} ${size} entries`
  return `a number of ${bound} ${size}`
}

/** The value as it stands in the file, cut short. */
function shown(input: unknown): string {
  const text = JSON.stringify(input) ?? "nothing"
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

type JsonSchema = z.core.JSONSchema.JSONSchema
type Place = JsonSchema | boolean

/** The keys that may stand at a path of the file, for guesses at what was meant. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let places: Place[] = [z.toJSONSchema(Config, { io: "input" })]
  for (const key of path) places = places.flatMap((place) => below(place, String(key)))
  return [...new Set(places.flatMap(alternatives).flatMap(({ properties = {} }) => Object.keys(properties)))]
}

function below(place: Place, key: string): Place[] {
  return alternatives(place).flatMap(({ properties, additionalProperties, items }) => {
    const own = properties?.[key]
    if (own !== undefined) return [own]
    if (additionalProperties !== undefined) return [additionalProperties]
    if (items === undefined) return []
    return Array.isArray(items) ? items : [items]
  })
}

function alternatives(place: Place): JsonSchema[] {
  if (typeof place === "boolean") return []
  const nested = [...(place.anyOf ?? []), ...(place.allOf ?? [])]
  return [place, ...nested.flatMap(alternatives)]
}
