import type { ProvidedContext } from "vitest"

import { CHECKS } from "@saleproof/api/audit/checks.ts"
import type { Bug, Tests } from "./bug.ts"
import { withoutConstraints } from "./database.ts"
import { checkFit } from "./mutate.ts"
import { runTests } from "./run-tests.ts"
import type { Failure } from "./run-tests.ts"

/** What the audit looks at beyond the database. */
const LIVE_INVARIANTS = ["ranking-equals-recount"]
const INVARIANTS = [...CHECKS.map(({ id }) => id), ...LIVE_INVARIANTS]

export type BugReport = {
  id: string
  guard: string
  caught: boolean
  /** Every test that failed; invariants are those that its error names. */
  by: Failure[]
  /** Constraints that rejected a statement, as "constraint". */
  constraints: string[]
  without: readonly string[]
  tookMs: number
}

/** The tests of all bugs on the clean source, then each bug. Times in ms. */
export type Report = {
  schema: "saleproof.planted/1"
  ok: boolean
  startedAt: string
  tookMs: number
  clean: { passed: number; failures: Failure[]; tookMs: number }
  bugs: BugReport[]
}

type RunOptions = {
  root: string
  bugs: readonly Bug[]
  provide: Pick<ProvidedContext, "databaseUrl" | "redisUrl" | "k6Path">
  /** The log of PostgreSQL so far. */
  readLog: () => Promise<string>
  say: (text: string) => void
  /** Aborted by Ctrl-C: rejects before the next mutation. */
  signal: AbortSignal
}

/** Runs the tests on the clean source, where all must pass, and on each mutated one, where one must fail. */
export async function runMutations({
  root,
  bugs,
  provide,
  readLog,
  say,
  signal,
}: RunOptions): Promise<Report> {
  const startedAt = new Date()
  for (const bug of bugs) await checkFit(root, bug)

  say(`clean: the tests of ${bugs.length} bugs`)
  const tests = merged(bugs.flatMap((bug) => bug.tests))
  const clean = await runTests({ root, patches: [], tests, invariants: INVARIANTS, provide })
  const usual = new Set(refusals(await readLog()))
  const reports: BugReport[] = []
  for (const bug of clean.failures.length === 0 ? bugs : []) {
    signal.throwIfAborted()
    say(`[${reports.length + 1}/${bugs.length}] ${bug.id}`)
    const before = (await readLog()).length
    const outcome = await tryBug(bug)
    const said = refusals((await readLog()).slice(before)).filter((name) => !usual.has(name))
    reports.push({ ...outcome, constraints: [...new Set(said)] })
  }
  return {
    schema: "saleproof.planted/1",
    ok: reports.length === bugs.length && reports.every(({ caught }) => caught),
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    clean,
    bugs: reports,
  }

  async function tryBug({ id, guard, patches, tests: own, without }: Bug) {
    const databaseUrl =
      without.length === 0 ? provide.databaseUrl : await withoutConstraints(provide.databaseUrl, without)
    const options = {
      root,
      patches,
      tests: own,
      invariants: INVARIANTS,
      provide: { ...provide, databaseUrl },
    }
    const { failures, tookMs } = await runTests(options)
    return { id, guard, caught: failures.length > 0, by: failures, without, tookMs }
  }
}

/** One entry a file, with the names that all of them gave. */
function merged(tests: readonly Tests[]): Tests[] {
  const byFile = Map.groupBy(tests, ({ file }) => file)
  return [...byFile].map(([file, own]) => ({ file, names: [...new Set(own.flatMap(({ names }) => names))] }))
}

const refusals = (log: string): string[] =>
  [...log.matchAll(/violates (?:check|unique) constraint "(\w+)"|unique constraint "(\w+)"/g)].flatMap(
    ([, check, unique]) => check ?? unique ?? [],
  )
