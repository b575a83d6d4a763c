import assert from "node:assert/strict"

/** The value itself; one that is missing ends the test here, and is not taken for 0 further on. */
export function defined<Value>(value: Value | null | undefined): Value {
  assert(value !== null && value !== undefined, "a value that there has to be is missing")
  return value
}
