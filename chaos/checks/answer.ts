import type { HttpAnswer } from "../client/http.ts"

/** Numbers in a JSON answer, by name; an answer that is not a JSON object has none. */
export function numbersOf({ body }: Pick<HttpAnswer, "body">): Readonly<Record<string, number>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return {}
  }
  if (typeof parsed !== "object" || parsed === null) return {}
  return Object.fromEntries(
    Object.entries(parsed).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  )
}
