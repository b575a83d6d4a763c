import type { RefinedResponse } from "k6/http"

type Answer = RefinedResponse<"text">

/** The members of a JSON object; none when the answer is anything else. */
export function membersOf(answer: Answer): Record<string, unknown> {
  return toMembers(parsed(answer))
}

/** The rows of a JSON array, or of a page `{items: [...]}`; null when the answer is neither. */
export function rowsOf(answer: Answer): Record<string, unknown>[] | null {
  const body = parsed(answer)
  const rows = Array.isArray(body) ? body : toMembers(body)["items"]
  return Array.isArray(rows) ? rows.map(toMembers) : null
}

/** A JSON number standing alone; NaN when the answer is anything else. */
export function numberOf(answer: Answer): number {
  const body = parsed(answer)
  return typeof body === "number" ? body : Number.NaN
}

function parsed({ body }: Answer): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function toMembers(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {}
}
