/**
 * What each key of loadctl.yaml is for, by its path: `*` stands for a name of the user's, `[]` for an item of a list. Of
 * it are made the JSON Schema that editors show and the reference in docs/loadctl.md.
 */
export const KEY_DOCS: Record<string, string> = {
  target: "The API that is tested.",
  "target.url": "Where it answers; a base path is kept. LOADCTL_TARGET and --target win over it.",
  "target.ready": "Must answer below 500 before anything starts.",
  "target.stack":
    "A module, looked for from this file's folder, that exports a provider and starts the target when nothing answers.",
  script: "The k6 script, relative to this file; a scenario may name another.",
  warmUp: "What a target gets before it is seeded: always one that loadctl started, others with --warm-up.",
  "warmUp.scenario": "The scenario that warms it up; its requests are in no figure.",
  seed: "A request sent before every run, so that each starts from the same state.",
  "seed.method": "Its method.",
  "seed.path": "Its path.",
  "seed.headers": "Its headers; one with ${NAME} is left out where NAME is not set.",
  "seed.body": "Its body, as JSON.",
  "seed.take":
    "Fields of the answer that the script gets as JSON in the variable SEEDED; without it, all of them.",
  "seed.timeout": "How long it may take.",
  audit: "Answers {ok, checks: [{id, title, violations}]}; a violation fails the run.",
  "audit.path": "Its path.",
  "audit.headers": "Its headers; one with ${NAME} is left out where NAME is not set.",
  "audit.settle": "How long work that was accepted may still take after the load.",
  metrics: "Prometheus metrics of the target, sampled during a run to say why it was slow.",
  "metrics.path": "Their path.",
  "metrics.headers": "Their headers.",
  "metrics.worker": "The whole address of a second process that shows its own.",
  "metrics.database": "A PostgreSQL whose sessions are looked at; needs the package pg in the project.",
  "metrics.signals":
    "What is read of those metrics, by a name of one's own; shown in the report and asked for causes.",
  "metrics.signals.*.metric": "The metric, with labels in braces where it has some.",
  "metrics.signals.*.as": "How it is read.",
  "metrics.signals.*.factor": "What its values are multiplied with, for example 1000 for seconds as ms.",
  "metrics.signals.*.from": "Whose metrics: the target's, or those of its worker.",
  "metrics.signals.*.title": "What it is, in words.",
  "metrics.signals.*.unit": "Its unit.",
  "metrics.signals.*.cause": "When it explains why the target was slow.",
  "metrics.signals.*.cause.what": "What was used up then.",
  "metrics.signals.*.cause.from": "From which value on.",
  influx: "An InfluxDB 1.x that gets the points too; the verdict needs none.",
  "influx.url": "Its address, without credentials.",
  "influx.database": "Its database.",
  "influx.username": "Better as LOADCTL_INFLUX_USERNAME.",
  "influx.password": "Better as LOADCTL_INFLUX_PASSWORD.",
  env: "Variables of the script. ${TARGET_URL} is the target, ${TESTID} the run, others come from the shell.",
  sla: "What is owed; it becomes thresholds and the verdict.",
  "sla.each": "What every endpoint owes, also one that is not listed.",
  "sla.overall": "What all requests together owe.",
  "sla.endpoints":
    "Endpoints by k6's name tag, each with what it owes beyond each; one that is never called makes the run invalid.",
  "sla.*.p50": "The median in ms, or { limit, level }.",
  "sla.*.p95": "The 95th percentile in ms, or { limit, level }.",
  "sla.*.p99": "The 99th percentile in ms, or { limit, level }.",
  "sla.*.max": "The slowest in ms, or { limit, level }.",
  "sla.*.errorRate": "The share of requests that may fail.",
  "sla.*.minSamples": "Fewer judged requests than this make the run invalid.",
  "sla.*.status": "Statuses that count as success here; without it, k6's own opinion.",
  "sla.checks": "The share of the script's checks that must hold; leave it out for a script without checks.",
  "sla.droppedIterations": "Iterations that k6 may drop.",
  "sla.thrownIterations": "Iterations that may end in an exception of the script.",
  "sla.decide":
    "measured: by the percentile as it is; confident: only where its 95 % interval leaves no doubt.",
  "sla.latency": "measured, or corrected for what users in a closed model did not send while they waited.",
  limit: "The limit itself.",
  level: "fail, or warn for a limit that only warns.",
  personas: "What a virtual user does, by name; --persona chooses one.",
  persona: "The persona of a run that names none.",
  variants: "Other conditions, by name; --variant adds one.",
  scenarios: "What can be run, by name.",
  "overlay.description": "What it is for, in loadctl list.",
  "overlay.env": "Variables of the script, laid over those above.",
  "overlay.seed": "Fields laid over the body of the seed request.",
  "overlay.sla": "What is owed here, laid over the sla above.",
  "overlay.expect": "Numbers that must come out of the run.",
  "expect.title": "What is expected, in words.",
  "expect.metric": "A metric of k6's summary.",
  "expect.value": "Which of its values: count, rate, avg, p95 and so on.",
  "expect.endpoint": "Or an endpoint, whose answers with a status are counted.",
  "expect.status": "That status.",
  "expect.equals": "The number exactly.",
  "expect.min": "At least that.",
  "expect.max": "At most that.",
  "expect.level": "fail, or warn.",
  "scenarios.*.script": "Another script than the one at the top.",
  "scenarios.*.k6Scenarios": "The script's scenarios that are judged, if not named like this one.",
  "scenarios.*.phases": "Planned lengths; rates are taken over the hold.",
  "scenarios.*.phases.warmup": "Length of the warm-up.",
  "scenarios.*.phases.hold": "Length of the hold.",
  "scenarios.*.phases.cooldown": "Length of the cool-down.",
  "scenarios.*.judge": "Which requests the SLA is about: all, or those of the hold.",
  suites: "Lists of scenarios that --suite runs one after the other, with one verdict.",
  tls: "How the target's certificate is checked, by loadctl and by k6.",
  "tls.ca":
    "A PEM file with a private authority, relative to this file; on macOS k6 asks the keychain instead.",
  "tls.insecureSkipVerify": "Takes any certificate.",
}

/** The text of a key; those of overlays, limits and expectations are the same wherever they stand. */
export function keyDoc(path: string): string | undefined {
  const overlay = path.replace(/^(?:personas|variants|scenarios)\.\*\./, "overlay.")
  const inner = overlay.replace(/^overlay\.sla\b/, "sla")
  const candidates = [
    path,
    overlay,
    inner,
    inner.replace(/^sla\.(?:each|overall|endpoints\.\*)\./, "sla.*."),
    overlay.replace(/^overlay\.expect\[\]\./, "expect."),
    path.slice(path.lastIndexOf(".") + 1),
  ]
  const found = candidates.find((candidate) => Object.hasOwn(KEY_DOCS, candidate))
  return found === undefined ? undefined : KEY_DOCS[found]
}
