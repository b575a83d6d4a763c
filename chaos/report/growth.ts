import type { Growth } from "../checks/growth.ts"
import { megabytes } from "./units.ts"

export const GROWTH_HEADINGS = ["table", "meant to", "rows before", "rows after", "MB before", "MB after", ""]

const MEANT: Readonly<Record<Growth["meant"], string>> = {
  grows: "grow",
  bounded: "stay within a bound",
  empty: "be empty",
  same: "keep its rows",
}

export const growthCells = ({ table, meant, before, after, isRight }: Growth): string[] => [
  table,
  MEANT[meant],
  before.rows.toLocaleString("en"),
  after.rows.toLocaleString("en"),
  megabytes(before.bytes),
  megabytes(after.bytes),
  isRight ? "right" : "WRONG",
]
