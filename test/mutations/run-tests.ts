import { join } from "node:path"

import { escapeTestName, startVitest } from "vitest/node"
import type { TestCase } from "vitest/node"
import type { ProvidedContext } from "vitest"

import type { Patch, Tests } from "./bug.ts"
import { createMutation } from "./mutate.ts"

/** A test that failed, with the invariants of the audit that its error names. */
export type Failure = { test: string; invariants: string[]; error: string }
export type TestRun = { passed: number; failures: Failure[]; tookMs: number }

type TestOptions = {
  root: string
  patches: readonly Patch[]
  tests: readonly Tests[]
  /** Ids of all invariants. */
  invariants: readonly string[]
  provide: Partial<ProvidedContext>
}

// Above what a test waits for by itself, so that its own words are heard.
const TEST_TIMEOUT_MS = 20_000
// As in vitest.config.ts, which is not read: what a test waits for takes its time on a busy machine.
const POLL_TIMEOUT_MS = 10_000

/** Runs the named tests against the source with the patches in it. */
export async function runTests({ root, patches, tests, invariants, provide }: TestOptions): Promise<TestRun> {
  const startedAt = performance.now()
  await using mutation = await createMutation(root, patches)
  const names = [...new Set(tests.flatMap((own) => own.names))]
  const vitest = await startVitest(
    "test",
    tests.map(({ file }) => file),
    {
      root,
      config: false,
      watch: false,
      include: ["apps/{api,loadctl}/**/*.test.ts"],
      testNamePattern: new RegExp(names.map((name) => `^${escapeTestName(name, false)}`).join("|")),
      maxWorkers: 1,
      // A thread would have a copy of the environment that the setup changes.
      pool: "forks",
      setupFiles: [join(import.meta.dirname, "setup.ts")],
      fsModuleCache: false,
      testTimeout: TEST_TIMEOUT_MS,
      hookTimeout: TEST_TIMEOUT_MS,
      expect: { poll: { timeout: POLL_TIMEOUT_MS } },
      reporters: [{}],
      provide: { ...provide, ...(patches.length > 0 ? { mutationFile: mutation.file } : {}) },
    },
    { plugins: [mutation.plugin] },
  )
  try {
    const modules = vitest.state.getTestModules()
    const cases = modules.flatMap(({ children }) => [...children.allTests()])
    const broken = modules.flatMap((module) =>
      module
        .errors()
        .map(({ message }) => ({ test: module.relativeModuleId, invariants: [], error: message })),
    )
    const unknown = names.filter((name) => !cases.some(({ fullName }) => fullName.startsWith(name)))
    if (unknown.length > 0) throw new Error(`There is no test that begins with: ${unknown.join("; ")}`)
    if (!(await mutation.isApplied())) throw new Error("The tests never loaded the mutated source")
    return {
      passed: cases.filter((test) => test.result().state === "passed").length,
      failures: [...broken, ...cases.flatMap((test) => failureOf(test, invariants))],
      tookMs: Math.round(performance.now() - startedAt),
    }
  } finally {
    await vitest.close()
  }
}

function failureOf(test: TestCase, invariants: readonly string[]): Failure[] {
  const { state, errors = [] } = test.result()
  if (state !== "failed") return []
  const text = errors.map(({ message, actual }) => `${message} ${String(actual)}`).join("\n")
  return [
    {
      test: test.fullName,
      invariants: invariants.filter((id) => text.includes(`"${id}"`)),
      error: errors[0]?.message.split("\n")[0] ?? "",
    },
  ]
}
