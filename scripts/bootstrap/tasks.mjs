import { join } from "node:path"
import process from "node:process"

import { ROOT } from "./paths.mjs"

/** @param {string} path @param {string[]} args */
const script = (path, ...args) => [join(ROOT, path), ...args]

const LOADCTL = "apps/loadctl/src/main.ts"
/** @param {string[]} args */
const vitest = (...args) => script("node_modules/vitest/vitest.mjs", "run", ...args)
/** @param {string[]} args */
const oxlint = (...args) => script("node_modules/oxlint/bin/oxlint", ...args)
/** @param {string[]} args */
const oxfmt = (...args) => script("node_modules/oxfmt/bin/oxfmt", ...args)

const TYPES = [
  ".",
  "apps/api",
  "apps/loadctl",
  "packages/command",
  "packages/sla",
  "packages/stack",
  "k6-scripts",
  "k6-scripts/test",
  "chaos",
  "bench",
].map((project) => script("node_modules/typescript/bin/tsc", "-p", project))
const UNUSED = script("node_modules/knip/bin/knip.js")

/**
 * The tasks by name: from the task's own arguments to what runs, one command after the other.
 * @type {Record<string, ((args: string[]) => import("./enter.mjs").Task) | undefined>}
 */
export const TASKS = {
  demo: (args) =>
    here(script(LOADCTL, "run", "--scenario", "flow_iterations", "--persona", "A", "--build-k6", ...args)),
  loadctl: (args) => ({ commands: [script(LOADCTL, ...args)], cwd: process.cwd() }),
  package: () => here(script("apps/loadctl/packaging/main.ts")),
  dev: (args) => here(script("scripts/dev.ts", ...args)),
  start: (args) => here(script("scripts/start.ts", ...args)),
  dashboards: (args) => here(script("dashboards/src/main.ts", ...args)),
  bench: (args) => here(script("bench/main.ts", ...args)),
  chaos: (args) => here(script("chaos/main.ts", ...args)),
  test: (args) => here(vitest(...args)),
  fuzz: (args) => here(script("test/fuzz/main.ts", ...args)),
  planted: (args) => here(script("test/mutations/main.ts", ...args)),
  check: (args) => here(oxfmt("--check"), oxlint(), ...TYPES, UNUSED, vitest(...args)),
  lint: (args) => here(oxlint(...args)),
  format: (args) => here(oxfmt(...args)),
  "format:check": () => here(oxfmt("--check")),
  types: () => here(...TYPES),
  unused: () => here(UNUSED),
}

/** @param {string[][]} commands */
function here(...commands) {
  return { commands, cwd: ROOT }
}
