import type { Sheet } from "../report/sheet/model.ts"
import { answerText, facts, stepsTable } from "./cells.ts"
import { lawLines } from "./draw-law.ts"
import type { CapacityReport } from "./model.ts"

/** A search: the answer, then every step in the order in which it was taken. */
export function capacitySheet(report: CapacityReport): Sheet {
  const { scenario } = report
  const answer = answerText(report)
  return {
    label: "CAPACITY",
    tone: "calm",
    title: `${scenario}: ${answer}`,
    heading: `Capacity of ${scenario}: ${answer}`,
    sections: [
      stepsTable(report),
      { kind: "drawing", lines: lawLines(report) },
      { kind: "facts", pairs: facts(report) },
    ],
  }
}
