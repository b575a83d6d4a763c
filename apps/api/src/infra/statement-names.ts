// Every connection keeps what it has prepared, and a list of varying length makes a new text each time.
const MAX_NAMED_STATEMENTS = 500

/** The name of a statement's text on every connection; "" where it has none. */
export type NameOf = (text: string) => string

/** Names the first few hundred statement texts, which PostgreSQL then plans once per connection; others stay unnamed. */
export function createStatementNames() {
  const names = new Map<string, string>()
  let generation = 0
  return {
    nameOf(text: string): string {
      const known = names.get(text)
      if (known !== undefined) return known
      if (names.size >= MAX_NAMED_STATEMENTS) return ""
      const name = `s${generation}_${names.size}`
      names.set(text, name)
      return name
    },
    /** Every connection holds plans that are no good any more, so every statement gets another name. */
    renew() {
      generation++
      names.clear()
    },
  }
}
