import { BACK_LIMIT_MS, PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import { TIMINGS } from "../checks/violation.ts"
import { KINDS } from "../client/effects.ts"
import { BATCHES } from "../experiment/batches.ts"
import { PACES } from "../experiment/pace.ts"
import type { FaultReport, Figures } from "./report.ts"
import { duration } from "./units.ts"

/** A promise that has a figure: the worst that was seen, and after which fault. */
export type Target = { promise: string; limit: string; worst: string; fault: string; met: boolean }

const ROLLING = "rolling-restarts"

/** What is promised in figures, and how near to its limit each of them came; what no fault measured is left out. */
export function targetsOf(faults: readonly FaultReport[]): Target[] {
  return [
    counted(faults, {
      promise: "promises about the data that were broken",
      limit: 0,
      figure: ({ violations }) =>
        sum(violations.filter(({ check }) => !TIMINGS.includes(check)).map(({ count }) => count)),
    }),
    counted(faults, {
      promise: "requests whose outcome their key did not settle",
      limit: 0,
      figure: ({ figures, violations }) =>
        figures && sum(violations.filter(({ check }) => check === "settled").map(({ count }) => count)),
    }),
    judged(faults, {
      promise: "service back, from when the target was back",
      limit: BACK_LIMIT_MS,
      figure: ({ figures, violations }) =>
        violations.some(({ check }) => check === "served") ? Number.POSITIVE_INFINITY : figures?.recoveryMs,
      show: duration,
    }),
    timed(
      faults.filter(({ figures }) => figures?.promptLimitMs === PROMPT_LIMIT_MS),
      {
        promise: "99 % of the answers meanwhile, 503 included, beyond the baseline",
        limit: PROMPT_LIMIT_MS,
        figure: ({ lateMs }) => lateMs,
      },
    ),
    ...KINDS.map((kind) =>
      counted(faults, {
        promise: `${kind}s of one injection committed without an answer`,
        limit: BATCHES[kind],
        figure: ({ figures }) => figures?.unacknowledged?.[kind],
      }),
    ),
    counted(
      faults.filter(({ fault }) => fault === ROLLING),
      {
        promise: "failed attempts while two API processes were restarted in turn",
        limit: 0,
        figure: ({ figures }) => figures?.openAttempts,
      },
    ),
    timed(faults, {
      promise: "every granted claim a coupon, after recovery",
      limit: PACES.full.couponsWithinMs,
      figure: ({ couponsAfterMs }) => couponsAfterMs,
    }),
  ].filter((target) => target !== undefined)
}

type Measured<T> = { promise: string; limit: number; figure: (of: T) => number | null | undefined }

function counted(faults: readonly FaultReport[], { promise, limit, figure }: Measured<FaultReport>) {
  return judged(faults, { promise, limit, figure, show: String })
}

function timed(faults: readonly FaultReport[], { promise, limit, figure }: Measured<Figures>) {
  const figureOf = ({ figures }: FaultReport) => figures && figure(figures)
  return judged(faults, { promise, limit, figure: figureOf, show: duration })
}

type Judged = Measured<FaultReport> & { show: (value: number) => string }

function judged(
  faults: readonly FaultReport[],
  { promise, limit, figure, show }: Judged,
): Target | undefined {
  const measured = faults.flatMap((report) => {
    const value = figure(report)
    return value === undefined || value === null ? [] : [{ fault: report.fault, value }]
  })
  const worst = measured.toSorted((a, b) => b.value - a.value)[0]
  if (!worst) return undefined
  const { fault, value } = worst
  return {
    promise,
    limit: show(limit),
    worst: show(value),
    fault: value === 0 ? "" : fault,
    met: value <= limit,
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
