import type { Look } from "../grafana/dashboard-json.ts"

export const FONT = "DejaVu Sans, Verdana, sans-serif"
export const PAGE = "#111217"
export const CARD = "#181b1f"
export const GRID = "#2c3235"
export const TEXT = "#d8d9da"
export const FAINT = "#8e9297"

/** Grafana's classic palette, in its order. */
export const PALETTE = [
  "#7eb26d",
  "#eab839",
  "#6ed0e0",
  "#ef843c",
  "#e24d42",
  "#1f78c1",
  "#ba43a9",
  "#705da0",
  "#508642",
  "#cca300",
]

const NAMED = new Map([
  ["green", "#73bf69"],
  ["red", "#f2495c"],
  ["orange", "#ff9830"],
  ["blue", "#5794f2"],
  ["text", TEXT],
])

export const hex = (color: string): string => NAMED.get(color) ?? color

/** The colour of the highest threshold that a value reaches. */
export function thresholdColor({ thresholds }: Look, value: number): string {
  const reached = (thresholds?.steps ?? []).filter((step) => step.value === null || value >= step.value)
  return hex(reached.at(-1)?.color ?? "text")
}

const SUFFIX = new Map([
  ["ms", " ms"],
  ["s", " s"],
  ["percent", " %"],
  ["reqps", " req/s"],
  ["iops", " it/s"],
  ["ops", " /s"],
])

/** A value as its panel would print it. */
export function format({ unit = "", decimals }: Look, value: number): string {
  if (unit === "percentunit") return `${(value * 100).toFixed(decimals ?? 1)} %`
  const digits = decimals ?? (Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1)
  return (
    value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, digits === 0 ? "," : "") + (SUFFIX.get(unit) ?? "")
  )
}
