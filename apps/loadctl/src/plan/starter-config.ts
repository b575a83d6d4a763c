/** What `loadctl init` found or was given. */
export type Starter = {
  url: string
  /** Relative to the file. */
  script: string
  scenarios: readonly string[]
  /** Names of requests that the script shows. */
  names: readonly string[]
  /** Variables of the script that the target's address goes into. */
  addressVariables: readonly string[]
  /** Its other variables. */
  otherVariables: readonly string[]
  checks: boolean
  /** Where editors find the schema, relative to the file. */
  schema: string
}

/** A file that works as it is for the script; what else there is, is explained in comments. */
export function starterConfig(starter: Starter): string {
  const { url, script, scenarios, checks, schema } = starter
  return `# yaml-language-server: $schema=${schema}
# What loadctl tests. Latencies are milliseconds, shares go from 0 to 1, durations look like 30s or 1m30s.
# LOADCTL_TARGET, LOADCTL_INFLUX_URL, LOADCTL_INFLUX_DATABASE and LOADCTL_PERSONA win over this file; flags win over them.

target:
  url: ${quoted(url)}
  # ready: /health # must answer 2xx before anything is sent there; without it, any answer will do

script: ${quoted(script)} # relative to this file; it needs to know nothing about loadctl

${environment(starter)}
# What is owed. Every endpoint, by k6's name tag, owes what each says, also one that is not listed.
sla:
  each: { p95: 500, errorRate: 0 } # avg, p50, p90, p95, p99, p99.9, max, rate: {min}, errorRate, minSamples
  # overall: { p95: 300, p99: { limit: 800, level: warn } } # level: fail (the default) or warn
${checks ? "  checks: 1 # share of the script's checks that must hold" : "  # checks: 1 # share of the script's checks that must hold"}
  # droppedIterations: 0
${endpoints(starter)}
scenarios: # loadctl run --scenario NAME
${scenarios.length > 1 ? "  # k6 runs all scenarios of the script in each run; judged are the requests of the one that is named\n" : ""}${scenarios.map((name) => `  ${quoted(name)}: {}`).join("\n")}
  # another:
  #   description: what it is for
  #   k6Scenarios: [default] # the script's scenarios that are judged, if not named like this one
  #   phases: { warmup: 30s, hold: 2m, cooldown: 10s } # rates are taken over the hold
  #   judge: hold # all (the default) or hold: which requests the SLA is about
  #   expect: # numbers that must come out: equals, min or max
  #     - { title: ten are sold, endpoint: checkout, status: 201, equals: 10 }
  #     - { title: every user finishes, metric: iterations, equals: 100 }
${OPTIONAL}`
}

const OPTIONAL = `
# Sent before every run, so that each starts from the same state.
# seed:
#   method: POST # POST, PUT or GET
#   path: /reset
#   headers: { authorization: "Bearer \${RESET_TOKEN}" } # a header whose variable is not set is left out
#   body: { users: 100 }
#   take: [userIds] # fields of the answer that the script gets as JSON in the variable SEEDED
#   timeout: 60s

# Answers {ok, checks: [{id, title, violations}]} when asked whether its invariants hold. A violation fails the run.
# audit: { path: /audit, settle: 10s } # settle: how long work that was accepted may still take

# Prometheus metrics of the target, sampled during a run to say why it was slow; also of a worker, by its whole URL.
# metrics: { path: /metrics, worker: "http://127.0.0.1:8081/metrics" }

# Also writes k6's points to an InfluxDB 1.x, for dashboards; the verdict needs none.
# influx: { url: "http://127.0.0.1:8086", database: k6 }

# What a virtual user does, and what a run is like: both may set env, seed (fields of its body), sla and expect.
# persona: buyer
# personas: { buyer: { env: { BASKET: 3 } } }
# variants: { sold-out: { seed: { stock: 10 } } }
`

function environment({ addressVariables, otherVariables }: Starter): string {
  const comment =
    "# Variables of the script (__ENV). ${TARGET_URL} is the target's address, ${TESTID} the run.\n"
  const others = otherVariables.map(
    (name) => `  # ${name}: "\${${name}}" # of the shell, or -e ${name}=VALUE\n`,
  )
  if (addressVariables.length > 0) {
    const addresses = addressVariables.map((name) => `  ${name}: "\${TARGET_URL}"\n`)
    return `${comment}env:\n${addresses.join("")}${others.join("")}`
  }
  const none =
    "# None of those that the script reads sounds like an address, so it has to name the target itself.\n"
  return others.length > 0 ? `${comment}${none}# env:\n${others.join("")}` : `${comment}${none}env: {}\n`
}

function endpoints({ names, scenarios }: Starter): string {
  const head = "by k6's name tag; one that is listed here and never called makes the run invalid"
  if (names.length > 0 && scenarios.length > 1) {
    const rows = names.map((name) => `  #   ${quoted(name)}: {}\n`)
    return `  # Which scenario calls which of them, the script's text does not show; all owe what each says.\n  # endpoints: # ${head}\n${rows.join("")}`
  }
  if (names.length === 0)
    return `  # endpoints: # ${head}\n  #   checkout: { p95: 300, status: [201, 409] }\n`
  const rows = names.map((name) => `    ${quoted(name)}: {} # or { p95: 300, status: [201, 409] }`)
  return `  endpoints: # ${head}\n${rows.join("\n")}\n`
}

/** As YAML takes it for text: plain where nothing in it means something else. */
function quoted(text: string): string {
  const plain = /^[A-Za-z_./][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return plain ? text : JSON.stringify(text)
}
