/** A precise change of a source file: `find` must be there exactly once. */
export type Patch = { file: string; find: string; replace: string }

/** Tests by the file they are in and the beginning of their names. */
export type Tests = { file: string; names: readonly string[] }

/** One guard of the shop, taken out. */
export type Bug = {
  id: string
  /** What the shop no longer makes sure of. */
  guard: string
  patches: readonly Patch[]
  /** Constraints of the database that go as well, as "table.constraint", since they would be the first to notice. */
  without: readonly string[]
  /** The tests that must notice. Every one passes on the clean source. */
  tests: readonly Tests[]
}

type BugSteps = Bug & {
  replacing: (file: string, find: string, replace: string) => BugSteps
  dropping: (...constraints: string[]) => BugSteps
  caughtBy: (file: string, ...names: string[]) => BugSteps
}

/** A bug to be completed step by step: what it replaces, what goes with it, and what catches it. */
export const bug = (id: string, guard: string): BugSteps =>
  withSteps({ id, guard, patches: [], without: [], tests: [] })

function withSteps(so: Bug): BugSteps {
  return {
    ...so,
    replacing: (file, find, replace) =>
      withSteps({ ...so, patches: [...so.patches, { file, find, replace }] }),
    dropping: (...constraints) => withSteps({ ...so, without: [...so.without, ...constraints] }),
    caughtBy: (file, ...names) => withSteps({ ...so, tests: [...so.tests, { file, names }] }),
  }
}
