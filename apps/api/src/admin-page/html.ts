/** HTML that is whole in itself: what was put into it is escaped. */
export type Html = { html: string }
type Piece = Html | Html[] | string | number

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

const escape = (text: string) => text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character)

/** A template of HTML; texts and numbers become text, whatever is in them. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  const filled = pieces.map((piece, at) => textOf(piece) + (strings[at + 1] ?? ""))
  return { html: (strings[0] ?? "") + filled.join("") }
}

function textOf(piece: Piece): string {
  if (typeof piece === "string") return escape(piece)
  if (typeof piece === "number") return escape(piece.toLocaleString("en-US", { maximumFractionDigits: 1 }))
  return Array.isArray(piece) ? piece.map((one) => one.html).join("") : piece.html
}
