import type { SeriesRecord } from "../document.ts"
import type { MachineUse } from "../stats/model.ts"
import type { Manifest } from "./manifest.ts"

/** Where, by what and when several runs were made, as pairs of name and text. */
export function originFacts(
  { manifest, command, finishedAt }: SeriesRecord,
  runs: readonly { machine: MachineUse | null }[],
): string[][] {
  const steals = runs.flatMap(({ machine }) => machine?.steal ?? [])
  return [
    ...(manifest ? [["machine", machineText(manifest.machine, steals)]] : []),
    ...(manifest ? [["versions", versionsText(manifest)]] : []),
    ["made by", command],
    ["finished", `${finishedAt.slice(0, 16).replace("T", " ")} UTC`],
  ]
}

/** "2 x Intel(R) Xeon(R) Processor; CPU steal 0.1 % at most", over the runs that know it. */
function machineText({ cores, cpu }: Manifest["machine"], steals: readonly number[]): string {
  const steal = steals.length === 0 ? "unknown" : `${(Math.max(...steals) * 100).toFixed(1)} % at most`
  return `${cores} x ${cpu}; CPU steal ${steal}`
}

/** "loadctl 0.1.0, k6 2.2.0, Node v24.21.0, commit 0123456789 with changes" */
function versionsText({ versions, git }: Manifest): string {
  const commit = git && `commit ${git.commit.slice(0, 10)}${git.dirty ? " with changes" : ""}`
  return [`loadctl ${versions.loadctl}`, versions.k6 && `k6 ${versions.k6}`, `Node ${versions.node}`, commit]
    .filter(Boolean)
    .join(", ")
}
