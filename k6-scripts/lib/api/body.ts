import type { RefinedResponse } from "k6/http"

type Answer = RefinedResponse<"text">

/** The members of a JSON object; none when the answer is anything else. */
export function membersOf(answer: Answer): Record<string, unknown> {
  return toMembers(parsed(answer))
}

/** The rows of a JSON array; null when the answer is anything else. */
export function rowsOf(answer: Answer): Record<string, unknown>[] | null {
  return toRows(parsed(answer))
}

/** The rows of a page, whatever it calls its list; null when there is none. */
export function pageRowsOf(answer: Answer): Record<string, unknown>[] | null {
  return toRows(Object.values(membersOf(answer)).find(Array.isArray))
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

function toRows(list: unknown): Record<string, unknown>[] | null {
  return Array.isArray(list) ? list.map(toMembers) : null
}

function toMembers(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {}
}
