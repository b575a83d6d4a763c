import { CHECKS, TIMINGS } from "../checks/violation.ts"
import type { FaultReport, Report } from "./report.ts"
import { percent, seconds } from "./units.ts"

/** The verdict in one line. */
export function verdictLine({ verdict, faults, seed, pace, users, tookMs }: Report): string {
  const passed = faults.filter((report) => report.verdict === "passed").length
  return `${verdict.toUpperCase()}: ${passed} of ${faults.length} faults passed, seed ${seed}, ${pace}, ${users} users, ${seconds(tookMs)}`
}

/** What it was measured on and how busy that was, and whether being busy is all that went wrong. */
export function machineLines({ machine, loadBefore, faults }: Report): string[] {
  const broken = faults.flatMap(({ violations }) => violations.map(({ check }) => check))
  const onlyLate = broken.length > 0 && broken.every((check) => TIMINGS.includes(check))
  return [
    [
      `${machine.cores} cores${machine.cpu && ` (${machine.cpu})`}`,
      `CPU busy ${percent(machine.busy)}`,
      `steal ${percent(machine.steal)}`,
      `load average before ${loadBefore.toFixed(1)}`,
      `Node ${machine.node}`,
      `commit ${machine.commit?.slice(0, 10) ?? "unknown"}${machine.dirty ? " with changes" : ""}`,
    ].join(" · "),
    ...(onlyLate
      ? ["Only promises about time were broken; on a machine with other work to do that says little."]
      : []),
  ]
}

/** What a fault broke, with examples, or why it was not possible; nothing when it passed; ends with an empty line. */
export function explanation({ fault, reason, violations }: FaultReport): string[] {
  if (reason !== undefined) return [`${fault} was not possible here: ${reason}`, ""]
  if (violations.length === 0) return []
  return [
    `${fault}:`,
    ...violations.flatMap(({ check, count, examples }) => [
      `  ${count} x not true that ${CHECKS[check]}`,
      ...examples.map((example) => `    ${example}`),
    ]),
    "",
  ]
}
