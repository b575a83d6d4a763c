import stringWidth from "string-width"

/**
 * Rows as aligned lines with two spaces between the columns; color codes take no width.
 *
 * @param alignment one letter a column: L flush left, R flush right
 */
export function formatTable(rows: readonly (readonly string[])[], alignment: string): string[] {
  const widths = Array.from(alignment, (_, column) =>
    Math.max(0, ...rows.map((row) => stringWidth(row[column] ?? ""))),
  )
  return rows.map((row) =>
    widths
      .map((width, column) => pad(row[column] ?? "", width, alignment[column]))
      .join("  ")
      .trimEnd(),
  )
}

function pad(text: string, width: number, side: string | undefined): string {
  const space = " ".repeat(width - stringWidth(text))
  return side === "L" ? text + space : space + text
}
