import { decimalText } from "../sla/text.ts"
import { throughputAt } from "../stats/scalability.ts"
import { scalabilityPoint } from "./findings.ts"
import type { CapacityReport } from "./model.ts"

const WIDTH = 48

/** Throughput by concurrency, a line a point: what was measured as a bar, what the fitted law says as a mark. */
export function lawLines({ scalability, steps, unit }: CapacityReport): string[] {
  if (scalability === null) return []
  const points = steps
    .flatMap((step) => scalabilityPoint(step, unit))
    .toSorted((a, b) => a.concurrency - b.concurrency)
    .map((point) => ({ ...point, fitted: throughputAt(scalability, point.concurrency) }))
  const most = Math.max(...points.flatMap(({ throughput, fitted }) => [throughput, fitted]))
  const place = (throughput: number): number => Math.round((throughput / most) * WIDTH)
  return [
    "in flight  iterations/s  █ measured, ◆ the fitted scalability law",
    ...points.map(({ concurrency, throughput, fitted }) => {
      const bar: string[] = Array.from({ length: WIDTH + 1 }, (_, column) =>
        column < place(throughput) ? "█" : " ",
      )
      bar[place(fitted)] = "◆"
      return `${decimalText(concurrency, 1).padStart(9)}  ${decimalText(throughput, 1).padStart(12)}  ${bar.join("").trimEnd()}`
    }),
  ]
}
