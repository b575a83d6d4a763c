import stringWidth from "string-width"

import { formatTable } from "./table.ts"

const GAP = 2

/**
 * A table as lines that fit: one that is too wide becomes several below each other, each with the first columns, so
 * that no number is broken by the end of a line. A last column of text goes on in the next line.
 *
 * @param leading how many columns at the left are repeated
 */
export function fitTable(
  rows: readonly (readonly string[])[],
  { alignment, width, leading }: { alignment: string; width: number; leading: number },
): string[] {
  const whole = formatTable(rows, alignment)
  if (widthOf(whole) <= width) return whole
  const widths = Array.from(alignment, (_, column) => widthOf(rows.map((row) => row[column] ?? "")))
  const kept = widths.slice(0, leading).reduce((sum, own) => sum + own + GAP, 0)
  return partsOf(widths, { leading, room: width - kept }).flatMap((columns, index) => {
    const part = [...Array.from({ length: leading }, (_, column) => column), ...columns]
    const cells = rows.map((row) => part.map((column) => row[column] ?? ""))
    const sides = part.map((column) => alignment[column]).join("")
    const lines = formatTable(broken(cells, { sides, room: width - kept }), sides)
    return index === 0 ? lines : ["", ...lines]
  })
}

/** As many columns beside each other as there is room for, at least one. */
function partsOf(
  widths: readonly number[],
  { leading, room }: { leading: number; room: number },
): number[][] {
  const parts: number[][] = []
  let used = Infinity
  for (let column = leading; column < widths.length; column += 1) {
    const own = widths[column]! + GAP
    if (used + own - GAP > room) {
      parts.push([])
      used = 0
    }
    parts.at(-1)!.push(column)
    used += own
  }
  return parts
}

/** Where the only further column is text that is too wide, its rows with the text in several lines. */
function broken(
  rows: readonly (readonly string[])[],
  { sides, room }: { sides: string; room: number },
): (readonly string[])[] {
  if (!sides.endsWith("L")) return [...rows]
  return rows.flatMap((row) => {
    const [first = "", ...more] = wrapText(row.at(-1) ?? "", room)
    return [
      [...row.slice(0, -1), first],
      ...more.map((line) => [...Array.from({ length: row.length - 1 }, () => ""), line]),
    ]
  })
}

/** Names with what is said of them, the text in a column of its own however many lines it takes. */
export function fitPairs(pairs: readonly (readonly string[])[], width: number): string[] {
  return fitTable(pairs, { alignment: "LL", width, leading: 1 })
}

/** The text in lines that are broken between words; a word that has no room gets a line of its own. "10 %" is one. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  for (const [, gap = "", word = ""] of text.matchAll(/( *)(\S+(?: %\S*)?)/g)) {
    const last = lines.at(-1)
    if (last !== undefined && stringWidth(last + gap + word) <= width)
      lines[lines.length - 1] = last + gap + word
    else lines.push(word)
  }
  return lines
}

/** The same with something in front, and the further lines below its text. */
export function wrapItem(mark: string, text: string, width: number): string[] {
  const indent = stringWidth(mark) + 1
  const lines = wrapText(text, width - indent)
  return lines.map((line, index) => (index === 0 ? `${mark} ${line}` : `${" ".repeat(indent)}${line}`))
}

function widthOf(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => stringWidth(line)))
}
