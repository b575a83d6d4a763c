import type { MachineUse } from "../stats/model.ts"
import type { Manifest } from "./manifest.ts"

/** "2 x Intel(R) Xeon(R) Processor; CPU steal 0.1 % at most", over all runs. */
export function machineText(
  { cores, cpu }: Manifest["machine"],
  uses: readonly (MachineUse | null)[],
): string {
  const steal = Math.max(0, ...uses.map((use) => use?.steal ?? 0))
  return `${cores} x ${cpu}; CPU steal ${(steal * 100).toFixed(1)} % at most`
}

/** "loadctl 0.1.0, k6 2.2.0, Node v24.21.0, commit 0123456789 with changes" */
export function versionsText({ versions, git }: Manifest): string {
  const commit = git && `commit ${git.commit.slice(0, 10)}${git.dirty ? " with changes" : ""}`
  return [`loadctl ${versions.loadctl}`, versions.k6 && `k6 ${versions.k6}`, `Node ${versions.node}`, commit]
    .filter(Boolean)
    .join(", ")
}
