import { expect, it } from "vitest"

import { figuresOf } from "./csv.ts"
import type { VerdictRow } from "./row.ts"
import { tryRow } from "./try-row.ts"
import type { TriedRow } from "./try-row.ts"

const EXIT = { PASS: 0, FAIL: 4, INVALID: 5, 2: 2, 3: 3 } as const

/** One test for each row: its only true verdict, what is said of it, and its figures by k6's own CSV. */
export function expectRows(rows: readonly VerdictRow[]): void {
  // By name and not by it.each, which cuts long ones short; the mutation tests select by them.
  for (const row of rows)
    it(`${row.verdict}: ${row.what}`, { timeout: 90_000 }, async () => {
      expect.hasAssertions()
      await expectRow(row)
    })
}

async function expectRow(row: VerdictRow): Promise<void> {
  const tried = await tryRow(row)
  expect({ exitCode: tried.exitCode, said: saidBy(tried) }).toMatchObject({ exitCode: EXIT[row.verdict] })
  expect(saidBy(tried)).not.toContain("a bug in loadctl")
  expectWords(row, tried)
  expect(tried.asked).toEqual(expect.arrayContaining([...(row.asked ?? [])]))
  expect(tried.asked.filter((request) => row.neverAsked?.includes(request))).toEqual([])
  expect(tried.report ?? {}).toMatchObject({ ...verdictOf(row), ...row.json })
  expectFigures(row, tried)
}

/** Everything that a person gets to read of it. */
function saidBy({ report, stderr, text }: TriedRow): string {
  return report ? `${report.reasons.join("\n")}\n${text}` : stderr
}

function verdictOf({ verdict }: VerdictRow): object {
  if (typeof verdict === "number") return {}
  return verdict === "PASS" ? { verdict, reasons: [] } : { verdict }
}

function expectWords({ says = [], neverSays = [] }: VerdictRow, tried: TriedRow): void {
  for (const text of says) expect(saidBy(tried)).toMatch(text)
  for (const text of neverSays) expect(saidBy(tried)).not.toMatch(text)
}

function expectFigures(row: VerdictRow, { report, csv }: TriedRow): void {
  const found = report ? [...report.endpoints, report.overall] : []
  for (const [name, wanted] of Object.entries(row.rows ?? {}))
    expect(found).toContainEqual(expect.objectContaining({ name, ...wanted }))
  if (report && csv && row.noCsv === undefined) expectSameAsCsv(row, report, csv)
}

function expectSameAsCsv(
  row: VerdictRow,
  { endpoints, overall }: NonNullable<TriedRow["report"]>,
  csv: NonNullable<TriedRow["csv"]>,
): void {
  const scenarios = judgedScenarios(row)
  const judged = csv.filter(({ scenario }) => scenarios.includes(scenario))
  const named = [...Map.groupBy(judged, ({ name }) => name)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const wanted = named.map(([name, requests]) => {
    return { name, ...figuresOf(requests, listedStatuses(row, name)) }
  })
  const seen = endpoints.filter(({ n }) => n > 0).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  expect(seen.map(rounded)).toEqual(wanted.map(rounded))
  expect(overall.n).toBe(judged.length)
}

type Compared = { name: string; n: number; failed: number } & Record<"p50" | "p95" | "p99", number | null>

/** k6 writes six decimals into its CSV. */
function rounded({ name, n, failed, p50, p95, p99 }: Compared) {
  const text = (ms: number | null): string => (ms === null ? "none" : ms.toFixed(4))
  return { name, n, failed, p50: text(p50), p95: text(p95), p99: text(p99) }
}

type Scenarios = Record<string, { k6Scenarios?: string[] }>
type Sla = { endpoints?: Record<string, { status?: number[] }>; each?: { status?: number[] } }

function judgedScenarios({ config = {} }: VerdictRow): string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows are written by hand, as the file has them
  const scenarios = (config["scenarios"] ?? { main: { k6Scenarios: ["default"] } }) as Scenarios
  return scenarios["main"]?.k6Scenarios ?? ["main"]
}

function listedStatuses({ config = {} }: VerdictRow, name: string): number[] | undefined {
  const sla = (config["sla"] ?? {}) as Sla
  return sla.endpoints?.[name]?.status ?? sla.each?.status
}
