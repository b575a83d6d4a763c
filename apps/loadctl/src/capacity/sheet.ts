import type { Sheet, Tone } from "../report/sheet/model.ts"
import { MARK, STEP_ALIGNMENT, STEP_COLUMNS, answerText, facts, stepCells } from "./cells.ts"
import { lawLines } from "./draw-law.ts"
import type { CapacityReport, CapacityStep } from "./model.ts"

const TONE = { pass: "good", fail: "bad", untrusted: "warning" } as const satisfies Record<
  CapacityStep["outcome"],
  Tone
>

/** A search: the answer, then every step in the order in which it was taken. */
export function capacitySheet(report: CapacityReport): Sheet {
  const { scenario, steps } = report
  const answer = answerText(report)
  return {
    label: "CAPACITY",
    tone: "calm",
    title: `${scenario}: ${answer}`,
    heading: `Capacity of ${scenario}: ${answer}`,
    sections: [
      {
        kind: "table",
        columns: STEP_COLUMNS,
        alignment: STEP_ALIGNMENT,
        rows: steps.map((step) => ({
          tone: TONE[step.outcome],
          mark: MARK[step.outcome],
          cells: stepCells(step),
        })),
      },
      { kind: "drawing", lines: lawLines(report) },
      { kind: "facts", pairs: facts(report) },
    ],
  }
}
