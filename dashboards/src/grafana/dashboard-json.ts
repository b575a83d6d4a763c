import { readFileSync } from "node:fs"
import { join } from "node:path"

import { z } from "zod"

/** An InfluxQL target has a query, a PromQL target an expr; whichever it is not, is empty. */
const Target = z.looseObject({
  refId: z.string(),
  query: z.string().default(""),
  resultFormat: z.enum(["table", "time_series"]).default("time_series"),
  alias: z.string().optional(),
  expr: z.string().default(""),
  legendFormat: z.string().default(""),
})

const Thresholds = z.object({
  steps: z.array(z.object({ value: z.number().nullable(), color: z.string() })),
})

const Mapping = z.object({
  type: z.literal("range"),
  options: z.object({
    from: z.number().nullable(),
    to: z.number().nullable(),
    result: z.object({ text: z.string(), color: z.string() }),
  }),
})

/** How the values of a field look; an override gives some of it to one field. */
const Look = z.looseObject({
  unit: z.string().optional(),
  decimals: z.number().optional(),
  displayName: z.string().optional(),
  noValue: z.string().optional(),
  thresholds: Thresholds.optional(),
  mappings: z.array(Mapping).optional(),
  color: z.looseObject({ fixedColor: z.string().optional() }).optional(),
  custom: z
    .looseObject({
      stacking: z.looseObject({ mode: z.string() }).optional(),
      thresholdsStyle: z.looseObject({ mode: z.string() }).optional(),
    })
    .optional(),
})

const Panel = z.looseObject({
  id: z.int(),
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  repeat: z.string().optional(),
  targets: z.array(Target).default([]),
  transformations: z
    .array(
      z.looseObject({
        options: z.looseObject({
          renameByName: z.record(z.string(), z.string()).default({}),
          byField: z.string().optional(),
        }),
      }),
    )
    .default([]),
  fieldConfig: z
    .looseObject({
      defaults: Look,
      overrides: z.array(
        z.looseObject({
          matcher: z.object({ id: z.string(), options: z.unknown() }),
          properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
        }),
      ),
    })
    .default({ defaults: {}, overrides: [] }),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
})

const Variable = z.looseObject({
  name: z.string(),
  type: z.string(),
  query: z.string(),
  multi: z.boolean(),
  allValue: z.string().optional(),
})

/** A line over every panel; of what its query answers, the column `textColumn` is written on it. */
const Annotation = z.looseObject({
  name: z.string(),
  enable: z.boolean(),
  target: z.looseObject({ query: z.string(), textColumn: z.string() }),
})

const Dashboard = z.looseObject({
  uid: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(Variable) }),
  annotations: z.object({ list: z.array(Annotation).default([]) }),
  panels: z.array(Panel),
})

export type Look = z.infer<typeof Look>
export type Target = z.infer<typeof Target>
export type Panel = z.infer<typeof Panel>
export type Annotation = z.infer<typeof Annotation>
export type Variable = z.infer<typeof Variable>
export type Dashboard = z.infer<typeof Dashboard>

export const parseDashboard = (json: string): Dashboard => Dashboard.parse(JSON.parse(json))

/** The text of a checked-in dashboard, by its name without ".json". */
export const readDashboard = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../..", `${name}.json`), "utf8")

/** How a panel shows the field of that name: its defaults, and over them the field's own override. */
export function lookOf({ fieldConfig }: Panel, field: string): Look {
  const { defaults, overrides } = fieldConfig
  const own = overrides.find(({ matcher }) => matcher.id === "byName" && matcher.options === field)
  const plain = (own?.properties ?? []).filter(({ id }) => !id.startsWith("custom."))
  const custom = (own?.properties ?? []).filter(({ id }) => id.startsWith("custom."))
  return Look.parse({
    ...defaults,
    ...Object.fromEntries(plain.map(({ id, value }) => [id, value])),
    custom: {
      ...defaults.custom,
      ...Object.fromEntries(custom.map(({ id, value }) => [id.slice("custom.".length), value])),
    },
  })
}

/** The panels that show data; a row is only a heading. */
export const dataPanels = ({ panels }: Dashboard): Panel[] => panels.filter(({ type }) => type !== "row")
