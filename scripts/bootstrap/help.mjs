/** Tasks whose programs explain themselves, in more words than there are here, once they are installed. */
const EXPLAIN_THEMSELVES = new Set([
  "loadctl",
  "bench",
  "chaos",
  "fuzz",
  "planted",
  "dev",
  "start",
  "dashboards",
])

/**
 * What each task does, for who asks before anything is installed.
 * @type {Record<string, string>}
 */
const TEXTS = {
  demo: `npm run demo [-- FLAGS OF loadctl run]

Starts a private shop (PostgreSQL, Redis, InfluxDB, API, worker), runs the scenario flow_iterations with persona A
against it, prints the verdict and stops everything. The first time, k6 is built with Go where there is none.

Examples:
  npm run demo
  npm run demo -- --limited
  npm run demo -- --format markdown

Exit codes: 0 pass, 2 bad flags, 3 a tool is missing, 4 the SLA failed, 5 invalid, 130 interrupted.
`,
  start: `npm start

Runs the API and its worker with the settings of the environment or of .env, until Ctrl-C. Every setting is in
.env.example; copy it to .env and change what is yours. The database has to be migrated: npx prisma migrate deploy.
\`npm run dev\` brings a database of its own.
`,
  package: `npm run package

Builds the package that can be installed in any folder: dist/saleproof-loadctl-VERSION.tgz.
`,
  dashboards: `npm run dashboards

Writes the dashboards in dashboards/ as JSON for Grafana.
`,
  test: `npm test [-- FLAGS AND FILES OF vitest]

Runs the tests against a private stack. Example: npm test -- apps/loadctl/src
`,
  check: `npm run check [-- FLAGS OF vitest]

Runs what has to hold before a commit: format, lint, types, unused code, tests.
`,
  lint: "npm run lint\n\nLooks for mistakes with oxlint.\n",
  format: "npm run format\n\nFormats every file with oxfmt.\n",
  "format:check": "npm run format:check\n\nLists files that are not formatted.\n",
  types: "npm run types\n\nChecks the types of every workspace.\n",
  unused: "npm run unused\n\nLists code and dependencies that are not used.\n",
  loadctl:
    "npm run --silent loadctl -- COMMAND [FLAGS]\n\nLoad tests with a verdict: run, report, compare and others.\n",
  bench: "npm run bench -- NAME\n\nRepeats a published measurement.\n",
  chaos:
    "npm run chaos [-- FLAGS]\n\nBreaks the running shop in many ways and checks that no promise is broken.\n",
  fuzz: "npm run fuzz [-- FLAGS]\n\nSends random requests and compares the shop with a model of it.\n",
  planted: "npm run planted [-- FLAGS]\n\nPlants bugs and shows that a test catches each.\n",
  dev: "npm run dev\n\nRuns the API and its worker with a private stack, restarted when a file changes.\n",
}

/**
 * The text that answers `--help` without installing anything; null where it was not asked for, or where the program
 * can answer itself.
 * @param {string} name
 * @param {string[]} args
 * @param {boolean} installed
 */
export function helpOf(name, args, installed) {
  if (!args.includes("--help") && !args.includes("-h")) return null
  const explainsItself = EXPLAIN_THEMSELVES.has(name)
  if (explainsItself && installed) return null
  const text = TEXTS[name]
  if (text === undefined) throw new Error(`the task ${name} has no help`)
  return `Usage: ${text}${explainsItself ? "\nAll flags, once `npm ci` has run: the same command again.\n" : ""}`
}
