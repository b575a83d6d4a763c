import { markdownTable } from "@saleproof/loadctl/report/markdown-table.ts"

import type { RecordingReport } from "./run.ts"

/** The report for people; the JSON beside it has every pair. */
export function renderRecording(report: RecordingReport): string {
  const { command, startedAt, machine, perSecond, seconds, pairs, ratio, replay } = report
  const rows = pairs.map((pair, index) => [
    String(index + 1),
    pair.direct.toFixed(2),
    pair.recorder.toFixed(2),
    pair.ratio.toFixed(3),
  ])
  return [
    "# What recording costs",
    "",
    `\`${command}\`, ${startedAt.slice(0, 10)}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}.`,
    "",
    `CPU of k6 and of what keeps its samples, at ${perSecond.toLocaleString("en-US")} requests per second for ` +
      `${seconds} s, both ways in turns: k6 writing to InfluxDB, which is read while the load runs and at its end; and`,
    "the recorder, which forwards to the same InfluxDB and asks it for sums. InfluxDB's own CPU is in neither.",
    "",
    ...markdownTable([["pair", "k6 → InfluxDB, s", "recorder, s", "ratio"], ...rows], "RRRR"),
    "",
    ...(ratio
      ? [
          `Median ratio **${ratio.median.toFixed(3)}**${ratio.interval ? `, 95 % interval ${ratio.interval[0].toFixed(3)} to ${ratio.interval[1].toFixed(3)}` : ""}.`,
          "",
        ]
      : []),
    ...(replay
      ? [
          `${replay.requests.toLocaleString("en-US")} requests with a check each, replayed into the recorder without ` +
            `InfluxDB in ${replay.writeS.toFixed(0)} s: at most ${replay.maxRssMb.toFixed(0)} MB of memory, figures ` +
            `${(replay.verdictMs / 1_000).toFixed(2)} s after the last write.`,
          "",
        ]
      : []),
  ].join("\n")
}
