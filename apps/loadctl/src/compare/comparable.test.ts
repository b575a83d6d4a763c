import { expect, it } from "vitest"

import { recordRun } from "../../test/support/runs.ts"
import { incompatibilities, remarkableDifferences } from "./comparable.ts"
import type { Condition } from "./comparable.ts"
import type { ComparedRun } from "./runs.ts"

const base = recordRun({ runId: "base", seconds: 10 })
const candidate = recordRun({ runId: "candidate", seconds: 10 })

function found(change: Partial<ComparedRun>, allow: readonly Condition[] = []): string[] {
  return between([base], [{ ...candidate, ...change }], allow)
}

function between(base: ComparedRun[], candidate: ComparedRun[], allow: readonly Condition[] = []): string[] {
  const counted = (runs: ComparedRun[]) => runs.filter(({ standing }) => standing.counts)
  return incompatibilities({ base, candidate }, { base: counted(base), candidate: counted(candidate) }, allow)
}

it("lets two runs of the same plan be compared", () => {
  expect(found({})).toEqual([])
})

it("compares nothing where the only run of a side is void, with its reason", () => {
  const standing = { counts: false, why: "The generator was short of CPU." } as const
  expect(found({ verdict: "INVALID", standing })).toEqual([
    "No run of the candidate can be compared. candidate is void: The generator was short of CPU.",
  ])
})

it("asks nothing of a void run that others of its side stand in for", () => {
  const standing = { counts: false, why: "it broke off before it was judged" } as const
  expect(between([base], [candidate, { ...candidate, runId: "broken", standing, manifest: null }])).toEqual(
    [],
  )
})

it("compares runs that failed their SLA", () => {
  expect(found({ verdict: "FAIL" })).toEqual([])
})

it("refuses to compare a run with itself", () => {
  expect(between([base, candidate], [candidate])).toEqual(["candidate is on both sides."])
})

const { plan, manifest } = candidate
const other = {
  scenario: [{ plan: { ...plan, scenario: "other" } }, "base has steady, candidate has other"],
  load: [{ plan: { ...plan, k6Env: { RATE: "50" } } }, "base has steady, candidate has steady, RATE=50"],
  scale: [{ plan: { ...plan, scale: 0.1 } }, "base has 1, candidate has 0.1"],
  script: [
    { manifest: manifest && { ...manifest, hashes: { script: "cc".repeat(32), sla: "" } } },
    "base has aaaaaaaaaaaa, candidate has cccccccccccc",
  ],
  seed: [
    { plan: { ...plan, seed: { method: "POST", path: "/init", body: { users: 5 } } } },
    'base has none, candidate has {"method":"POST","path":"/init","body":{"users":5}}',
  ],
  "warm-up": [
    {
      manifest: manifest && {
        ...manifest,
        warmUp: { scenario: "smoke", iterations: 30, seconds: 5, k6ExitCode: 0 },
      },
    },
    "base has none, candidate has smoke",
  ],
  machine: [
    { manifest: manifest && { ...manifest, machine: { ...manifest.machine, cores: 8 } } },
    "base has 2 x A processor, 8.0 GiB, linux 6.1 x64, candidate has 8 x A processor, 8.0 GiB, linux 6.1 x64",
  ],
} as const

it.each(Object.entries(other))("refuses another %s, unless it may differ", (condition, [change, text]) => {
  expect(found(change)).toEqual([`Another ${condition}: ${text}.`])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table
  expect(found(change, [condition as keyof typeof other])).toEqual([])
})

it("takes a few megabytes more or less for the same machine", () => {
  const machine = manifest && { ...manifest.machine, memoryBytes: manifest.machine.memoryBytes + 2 ** 20 }
  expect(found({ manifest: manifest && machine && { ...manifest, machine } })).toEqual([])
})

it("does not take two unknown scripts for the same one", () => {
  const nameless = manifest && { ...manifest, hashes: { script: null, sla: "" } }
  expect(between([{ ...base, manifest: nameless }], [{ ...candidate, manifest: nameless }])).toEqual([
    "The script of base is not known.",
  ])
})

it("shows what may differ: the commit and the settings of the API", () => {
  const changed = {
    ...candidate,
    plan: { ...plan, apiEnv: { ORDER_STRATEGY: "conditional" } },
    manifest: manifest && { ...manifest, git: { commit: "fedcba9876543210", dirty: true } },
  }
  expect(remarkableDifferences([base], [changed])).toEqual([
    { what: "commit", base: "0123456789", candidate: "fedcba9876 with changes" },
    { what: "environment of the API", base: "none", candidate: "ORDER_STRATEGY=conditional" },
  ])
})
