import { DEFAULT_SLA, parseSla } from "./sla.ts"
import type { Sla } from "./sla.ts"
import { ARRIVALS } from "./profiles.ts"
import type { Arrivals, Overrides } from "./profiles.ts"

const PERSONAS = ["A", "B", "C", "mix"] as const
export type PersonaChoice = (typeof PERSONAS)[number]

/** What the scripts need of POST /init's answer. */
export type Seed = { policyIds: number[] }

export type Settings = Overrides & {
  targetUrl: string
  scenario: string
  persona: PersonaChoice
  limited: boolean
  testid: string | undefined
  summaryPath: string | undefined
  labToken: string | undefined
  sla: Sla
  /** The shop is seeded already, with this answer. */
  seeded: Seed | undefined
  /** This process is one of several that share the load: only their sums have the exact counts. */
  part: boolean
}

/** Reads k6's -e variables, an empty one being unset. Throws one Error that lists everything wrong. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const problems: string[] = []
  function read<T>(name: string, parse: (text: string) => T): T | undefined
  function read<T>(name: string, parse: (text: string) => T, unset: T): T
  function read<T>(name: string, parse: (text: string) => T, unset?: T): T | undefined {
    const text = env[name]
    if (!text) return unset
    try {
      return parse(text)
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      return unset
    }
  }
  const settings: Settings = {
    targetUrl: read("TARGET_URL", httpUrl, "http://127.0.0.1:8080"),
    scenario: read("SCENARIO", String, "smoke"),
    persona: read("PERSONA", persona, "A"),
    limited: read("LIMITED", flag, false),
    scale: read("SCALE", positive, 1),
    vus: read("VUS", whole),
    rate: read("RATE", whole),
    maxVus: read("MAX_VUS", whole),
    duration: read("DURATION", positive),
    arrivals: read("ARRIVALS", arrivals, "even"),
    testid: read("TESTID", String),
    summaryPath: read("SUMMARY_PATH", String),
    labToken: read("LAB_TOKEN", String),
    sla: read("SLA_JSON", parseSla, DEFAULT_SLA),
    seeded: read("SEEDED", (text) => parseSeed(JSON.parse(text))),
    part: read("PART", flag, false),
  }
  if (settings.part && !env["SEEDED"])
    problems.push("PART: needs SEEDED, or each part would seed the shop anew")
  if (problems.length > 0) throw new Error(`Bad settings: ${problems.join("; ")}`)
  return settings
}

/** The seed in an answer of POST /init. Throws when it has no policies. */
export function parseSeed(answer: unknown): Seed {
  if (typeof answer === "object" && answer !== null && "policyIds" in answer) {
    const ids = answer.policyIds
    if (Array.isArray(ids) && ids.length > 0 && ids.every(Number.isInteger)) return { policyIds: ids }
  }
  throw new Error("expected {policyIds: [1, 2, ...]}")
}

function arrivals(text: string): Arrivals {
  const found = ARRIVALS.find((known) => known === text)
  if (!found) throw new Error(`expected ${ARRIVALS.join(" or ")}`)
  return found
}

function persona(text: string): PersonaChoice {
  const found = PERSONAS.find((known) => known === text)
  if (!found) throw new Error(`expected ${PERSONAS.join(", ")}`)
  return found
}

function httpUrl(text: string): string {
  if (!/^https?:\/\//.test(text)) throw new Error("expected an http(s) URL")
  return text.replace(/\/+$/, "")
}

function flag(text: string): boolean {
  if (/^(1|true)$/.test(text)) return true
  if (/^(0|false)$/.test(text)) return false
  throw new Error("expected 1 or 0")
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new Error("expected a number above 0")
  return value
}

function whole(text: string): number {
  if (!Number.isInteger(positive(text))) throw new Error("expected a whole number")
  return Number(text)
}
