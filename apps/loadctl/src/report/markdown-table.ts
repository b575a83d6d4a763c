/**
 * Rows as a table of markdown, the head first.
 *
 * @param alignment one letter a column: L flush left, R flush right
 */
export function markdownTable(rows: readonly (readonly string[])[], alignment: string): string[] {
  const [head = [], ...body] = rows
  const rule = Array.from(alignment, (side) => (side === "L" ? "---" : "---:"))
  return [head, rule, ...body].map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`)
}

export function escapeCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`)
}
