import { z } from "zod"

import { LEVELS, MIN_ABOVE_MAX, SlaInput, canBeKept } from "@saleproof/sla/schema.ts"
import { hasCredentials } from "../machine/redact.ts"
import { didYouMean } from "../suggest.ts"
import { parseDuration } from "./duration.ts"
import { metricRulesOf, missingSource } from "./metric-rules.ts"
import { isSafeId } from "./run-id.ts"

const HttpUrl = z.url({ protocol: /^https?$/, error: "expected an http(s) URL" })
const Name = z.string().refine(isSafeId, { error: "use letters, digits, dot, dash and underscore only" })
const Path = z.string().startsWith("/", { error: "expected a path that starts with /" })
const Duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, { error: 'expected a duration such as "30s" or "1m30s"' })

/** Without credentials: it is shown, saved and told to programs whose command line everybody can read. */
const plainUrl = (instead: string) =>
  HttpUrl.refine((url) => !hasCredentials(url), { error: `leave the credentials out of it: ${instead}` })

/** YAML writes numbers and booleans without quotes; an environment knows only text. */
const Env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "not a name for an environment variable" }),
  z
    .union([z.string(), z.number(), z.boolean()], { error: "expected text, a number or a boolean" })
    .transform(String),
)

const bounds = {
  title: z.string().min(1),
  equals: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  level: z.enum(LEVELS).default("fail"),
}

/** A number that must come out of the run: a metric of k6's summary, or how often an endpoint answered a status. */
const Expectation = z
  .union(
    [
      z.strictObject({ ...bounds, metric: z.string().min(1), value: z.string().min(1).default("count") }),
      z.strictObject({ ...bounds, endpoint: z.string().min(1), status: z.int().min(0).max(599) }),
    ],
    { error: "expected {title, metric} or {title, endpoint, status}, with equals, min or max" },
  )
  .refine((rule) => rule.equals !== undefined || rule.min !== undefined || rule.max !== undefined, {
    error: "say what is expected: equals, min or max",
  })
  .refine((rule) => rule.equals === undefined || (rule.min === undefined && rule.max === undefined), {
    error: "equals stands alone: min and max would say something else",
  })
  .refine(canBeKept, { error: MIN_ABOVE_MAX })

const overlay = {
  description: z.string().optional(),
  env: Env.optional(),
  /** Fields laid over the seed request's body. */
  seed: z.record(z.string(), z.json()).optional(),
  sla: SlaInput.optional(),
  expect: z.array(Expectation).optional(),
}

const Overlay = z.strictObject(overlay)

const Scenario = z.strictObject({
  ...overlay,
  script: z.string().min(1).optional(),
  /** The scenarios of the script whose requests are judged, if they are not named like this one. */
  k6Scenarios: z.array(Name).min(1).optional(),
  phases: z
    .strictObject({ warmup: Duration.optional(), hold: Duration, cooldown: Duration.optional() })
    .optional(),
  /** Which requests the SLA is about: all of them, or those of the hold. */
  judge: z.enum(["all", "hold"]).default("all"),
})

const Seed = z.strictObject({
  method: z.enum(["POST", "PUT", "GET"]).default("POST"),
  path: Path,
  headers: z.record(z.string(), z.string()).default({}),
  body: z.record(z.string(), z.json()).optional(),
  /** Fields of the answer handed to the script in SEEDED; without it, the whole answer. */
  take: z.array(z.string().min(1)).optional(),
  timeout: Duration.default("60s"),
})

const Endpoint = z.strictObject({ path: Path, headers: z.record(z.string(), z.string()).default({}) })

/** How a metric of the target is read, and from where on it stands for which cause of slow answers. */
const MetricSignal = z.strictObject({
  metric: z.string().min(1),
  /** As it is, its growth per second, or the mean of what a histogram observed. */
  as: z.enum(["gauge", "rate", "mean"]).default("gauge"),
  factor: z.number().default(1),
  from: z.enum(["api", "worker"]).default("api"),
  title: z.string().min(1),
  unit: z.string().default(""),
  cause: z
    .strictObject({ what: z.string().min(1), from: z.number() })
    .nullable()
    .default(null),
})

export const Config = z
  .strictObject({
    target: z.strictObject({
      url: plainUrl("requests of this file have headers, the script has its variables"),
      /** Must answer 2xx before anything is sent there; without it, any answer will do. */
      ready: Path.optional(),
      /** A module, looked for from this file's folder, that starts the target when nothing answers at the url. */
      stack: z.string({ error: "expected the name of a module that exports a provider" }).min(1).optional(),
    }),
    script: z.string().min(1).optional(),
    /** Sent to a target that was just started, before it is seeded; never judged. */
    warmUp: z.strictObject({ scenario: Name }).optional(),
    seed: Seed.optional(),
    audit: Endpoint.extend({ settle: Duration.default("10s") }).optional(),
    metrics: Endpoint.extend({
      /** Where a second process of the target shows its own. */
      worker: plainUrl("metrics have headers").optional(),
      /** PostgreSQL, to see what its sessions wait for. */
      database: z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// URL" }).optional(),
      /** Metrics of the target's own, by the name of the signal: `api.inFlight`, or one of its own. */
      signals: z.record(Name, MetricSignal).default({}),
    }).optional(),
    /** Asked by the rules of sla.metrics that are queries. */
    prometheus: z
      .strictObject({
        url: plainUrl("headers may name a variable, such as ${TOKEN}"),
        headers: z.record(z.string(), z.string()).default({}),
        /** How long to wait after the load, so that its last seconds are scraped too. */
        settle: Duration.default("0s"),
      })
      .optional(),
    influx: z
      .strictObject({
        url: plainUrl("username and password have keys of their own"),
        database: Name.default("k6"),
        username: z.string().optional(),
        password: z.string().optional(),
      })
      .optional(),
    env: Env.default({}),
    sla: SlaInput.default({}),
    personas: z.record(Name, Overlay).default({}),
    /** The persona of a run that names none. */
    persona: Name.optional(),
    variants: z
      .record(
        Name,
        Overlay.extend({ /** Whether --NAME stands for --variant NAME. */ flag: z.boolean().optional() }),
      )
      .default({}),
    scenarios: z.record(Name, Scenario),
    /** Scenarios that run one after the other and end in one verdict. */
    suites: z.record(Name, z.array(Name).min(1)).default({}),
    /** How the target's certificate is checked, by loadctl and by k6. */
    tls: z
      .strictObject({
        /** PEM file of a private authority, relative to this file. */
        ca: z.string().min(1).optional(),
        insecureSkipVerify: z.boolean().default(false),
      })
      .optional(),
  })
  .superRefine((config, context) => {
    for (const [name, scenario] of Object.entries(config.scenarios)) {
      if (scenario.script ?? config.script) continue
      context.addIssue({
        code: "custom",
        path: ["scenarios", name],
        message: "no script: give one here or at the top",
      })
    }
    if (config.warmUp && !(config.warmUp.scenario in config.scenarios)) {
      context.addIssue({
        code: "custom",
        path: ["warmUp", "scenario"],
        message: `no such scenario in scenarios${didYouMean(config.warmUp.scenario, Object.keys(config.scenarios))}`,
      })
    }
    if (config.persona && !(config.persona in config.personas)) {
      const guess = didYouMean(config.persona, Object.keys(config.personas))
      context.addIssue({ code: "custom", path: ["persona"], message: `no such persona in personas${guess}` })
    }
  })
  .superRefine(({ suites, scenarios }, context) => {
    for (const [name, members] of Object.entries(suites)) {
      for (const [index, member] of members.entries()) {
        if (member in scenarios) continue
        const guess = didYouMean(member, Object.keys(scenarios))
        const message = `no such scenario in scenarios: ${member}${guess}`
        context.addIssue({ code: "custom", path: ["suites", name, index], message })
      }
    }
  })
  .superRefine((config, context) => {
    for (const [place, metrics] of metricRulesOf(config)) {
      for (const [index, rule] of metrics.entries()) {
        const missing = missingSource(rule, config)
        if (missing !== null) context.addIssue({ code: "custom", path: [...place, index], message: missing })
      }
    }
  })

export type Config = z.infer<typeof Config>
export type Overlay = z.infer<typeof Overlay>
export type Expectation = z.infer<typeof Expectation>
