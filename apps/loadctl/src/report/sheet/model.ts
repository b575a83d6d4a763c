/** What a reader should feel about a line: it decides color and sign. */
export type Tone = "good" | "bad" | "warning" | "calm"

/** A line with a sign in front; without one it has no say. */
export type Row = { tone: Tone; mark: string; cells: string[] }

/** A part of a sheet; `only` leaves it out of the other format. */
export type Section = { only?: "text" | "markdown" } & (
  | {
      kind: "table"
      columns: string[]
      /** One letter a column: L flush left, R flush right. */
      alignment: string
      /** How many columns say what a row is about; a table that is too wide repeats them. */
      keys?: number
      rows: Row[]
      /** Folds it away in markdown, under this title. */
      fold?: string
    }
  | { kind: "list"; items: { tone: Tone; mark: string; text: string }[] }
  | { kind: "facts"; pairs: string[][] }
  | { kind: "heading"; text: string }
  | { kind: "drawing"; lines: string[] }
)

/** A document as its writers know it; text.ts and markdown.ts know what it looks like. */
export type Sheet = {
  /** "WORSE", "CAPACITY": the first word of the text's first and last line. */
  label: string
  tone: Tone
  title: string
  /** The heading in markdown. */
  heading: string
  sections: Section[]
}
