import type { Config } from "../plan/schema.ts"
import { durationMs } from "../plan/duration.ts"
import type { RunPlan } from "../plan/plan.ts"
import { missingError, usageError } from "../errors.ts"
import type { Api } from "./api.ts"

/**
 * Puts the target into its known state and returns what the script is to know of the answer, or null when the file
 * asks for no seeding. Throws a missing error when the target refuses or does not answer.
 */
export async function seedTarget(
  api: Api,
  config: Config,
  { seed, signal }: { seed: RunPlan["seed"]; signal: AbortSignal },
): Promise<unknown> {
  if (!config.seed || !seed) return null
  const { headers, take, timeout } = config.seed
  const answer = await api.request({
    method: seed.method,
    path: seed.path,
    headers,
    signal,
    timeoutMs: durationMs(timeout),
    ...(seed.body === null ? {} : { body: seed.body }),
  })
  const request = `${seed.method} ${seed.path}`
  if (answer.outcome === "no-answer") throw missingError(`Seeding failed: ${request}: ${answer.text}.`)
  if (answer.status < 200 || answer.status > 299) {
    throw missingError(
      `Seeding failed: ${request} answered ${answer.status}.\n${answer.text.slice(0, 500)}`,
      "The seed request is in loadctl.yaml; a lab that needs a token reads it from LAB_TOKEN.",
    )
  }
  requireFields(request, answer.json, take)
  const taken = takeFields(answer.json, take)
  requireRoom(request, taken)
  return taken
}

// Linux hands a program no variable of more than 128 KiB.
const MOST_BYTES = 2 ** 17 - 2 ** 10

function requireRoom(request: string, taken: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(taken))
  if (bytes <= MOST_BYTES) return
  throw usageError(
    `The answer of ${request} has ${Math.ceil(bytes / 1_024).toLocaleString("en-US")} KiB for the script, more than fits into a variable.`,
    "seed.take in loadctl.yaml names the fields that the script needs.",
  )
}

/** An answer without them comes from another server, or no longer is what the script expects. */
function requireFields(request: string, answer: unknown, take: readonly string[] = []): void {
  const there = typeof answer === "object" && answer !== null ? Object.keys(answer) : []
  const missing = take.filter((field) => !there.includes(field))
  if (missing.length === 0) return
  throw missingError(
    `Seeding failed: the answer of ${request} has no ${missing.join(", ")}, which seed.take names.`,
    there.length === 0 ? "It is no JSON object." : `It has ${there.join(", ")}.`,
  )
}

/** The fields that the script is handed; the whole answer when the file names none. */
function takeFields(answer: unknown, take: readonly string[] | undefined): unknown {
  if (!take || typeof answer !== "object" || answer === null) return answer ?? null
  return Object.fromEntries(Object.entries(answer).filter(([key]) => take.includes(key)))
}
