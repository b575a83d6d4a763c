/** What `loadctl init` writes: a file that is valid as it is, every key explained. */
export const STARTER_CONFIG = `# What loadctl tests. Latencies are milliseconds, shares go from 0 to 1, durations look like 30s or 1m30s.
# LOADCTL_TARGET, LOADCTL_INFLUX_URL, LOADCTL_INFLUX_DATABASE and LOADCTL_PERSONA win over this file; flags win over them.

target:
  url: http://127.0.0.1:8080
  ready: / # must answer below 500 before anything starts

# Sent before every run, so that each starts from the same state. Leave it out if there is nothing to prepare.
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
# LOADCTL_DATABASE_URL lets it look at what PostgreSQL's sessions wait for.
# metrics: { path: /metrics, worker: "http://127.0.0.1:8081/metrics" }

# Where k6 writes its points and loadctl reads them. Without it the verdict comes from k6's summary alone.
influx:
  url: http://127.0.0.1:8086
  database: k6
  # username and password, better as LOADCTL_INFLUX_USERNAME and LOADCTL_INFLUX_PASSWORD

# A scenario that a target gets before it is seeded: always one that loadctl started, others with --warm-up. In no figure.
# warmUp: { scenario: checkout }

script: load-test.js # a k6 script, relative to this file; it needs to know nothing about loadctl

# Variables of the script. \${TARGET_URL} is the target, \${TESTID} the run. loadctl also sets TARGET_URL, TESTID,
# SCENARIO, PERSONA, LIMITED, SCALE, SEEDED, SLA_JSON and SUMMARY_PATH for scripts that want them.
env:
  BASE_URL: "\${TARGET_URL}"

# The SLA becomes k6 thresholds (each with a guard against having measured nothing) and the verdict.
sla:
  each: { p95: 200, errorRate: 0, minSamples: 20 } # what every endpoint owes: p50, p95, p99, max, errorRate, minSamples
  overall: { p95: 200, p99: { limit: 500, level: warn } } # level: fail (the default) or warn
  checks: 1 # share of the script's checks that must hold; leave it out if it has none
  droppedIterations: 0
  endpoints: # by k6's name tag; one that is listed here and never called makes the run invalid
    checkout: { p95: 300, status: [201, 409] } # statuses that count as success; without it, k6's own opinion
    # search: {} # owes what each owes

# What a virtual user does, and what a run is like: both may set env, seed (fields of its body), sla and expect.
# persona: buyer
# personas: { buyer: { env: { BASKET: 3 } } }
# variants: { sold-out: { seed: { stock: 10 } } }

scenarios:
  checkout: # loadctl run --scenario checkout
    description: what it is for
    k6Scenarios: [default] # the script's scenarios that are judged, if not named like this one
    # phases: { warmup: 30s, hold: 2m, cooldown: 10s } # rates are taken over the hold
    # judge: hold # all (the default) or hold: which requests the SLA is about
    # expect: # numbers that must come out: equals, min or max
    #   - { title: ten are sold, endpoint: checkout, status: 201, equals: 10 }
    #   - { title: every user finishes, metric: iterations, equals: 100 }
`
