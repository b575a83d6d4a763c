import { numbersOf } from "./answer.ts"

type EventBody = { type: string; numbers: Readonly<Record<string, number>> }

/** The type of a CloudEvent and the numbers in its data. */
export function parseEvent(body: string): EventBody {
  const { type, data }: { type?: unknown; data?: unknown } = Object(JSON.parse(body))
  return { type: String(type), numbers: numbersOf({ body: JSON.stringify(data ?? null) }) }
}
