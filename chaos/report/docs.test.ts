import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { afterAll, beforeAll, expect, it } from "vitest"

import { documentWithFigures, refreshFigures } from "./docs.ts"
import type { Report } from "./report.ts"

const REPOSITORY = join(import.meta.dirname, "../..")
const DOCUMENT = "docs/reliability.md"

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "chaos-docs-"))
  await mkdir(join(root, "docs/results"), { recursive: true })
  await cp(join(REPOSITORY, DOCUMENT), join(root, DOCUMENT))
})
afterAll(() => rm(root, { recursive: true }))

const REPORT: Report = {
  schema: "saleproof.chaos/2",
  verdict: "passed",
  command: "npm run chaos -- --soak --json docs/results/chaos-soak.json",
  seed: "7",
  pace: "soak",
  users: 300,
  startedAt: "2026-01-01T00:00:00.000Z",
  tookMs: 612_000,
  loadBefore: 0.1,
  machine: {
    cpu: "a processor",
    cores: 2,
    memoryMb: 1,
    os: "",
    node: "v24",
    commit: "0123456789abcdef",
    dirty: false,
    busy: 0.5,
    steal: 0.012,
  },
  faults: [],
}

it("the figures of the document are those of the kept results", async () => {
  const kept = await readFile(join(REPOSITORY, DOCUMENT), "utf8")
  expect(kept).toBe(await documentWithFigures({ root: REPOSITORY }))
})

it("the document follows a result that is kept, says what is missing, and stays the same when nothing is new", async () => {
  await writeFile(join(root, "docs/results/chaos-soak.json"), JSON.stringify(REPORT))
  await refreshFigures({ root })
  const once = await readFile(join(root, DOCUMENT), "utf8")
  expect(once).toContain(
    "PASSED: 0 of 0 faults passed, seed 7, soak, 300 users, 612.0 s · 2 cores (a processor)",
  )
  expect(once).toContain("steal 1.2 %")
  expect(once).toContain(
    "Not run at its full length yet:\n\n```sh\nnpm run chaos -- --json docs/results/chaos.json\n```",
  )
  expect(await readFile(join(root, "docs/results/chaos-soak.md"), "utf8")).toContain(REPORT.command)
  await refreshFigures({ root })
  expect(await readFile(join(root, DOCUMENT), "utf8")).toBe(once)
})

it("a document without a place for figures is left alone, and that is an error", async () => {
  const empty = join(root, "empty", DOCUMENT)
  await mkdir(dirname(empty), { recursive: true })
  await writeFile(empty, "# Nothing here\n")
  await expect(refreshFigures({ root: join(root, "empty") })).rejects.toThrow("no place for figures")
})
