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
      defaults: z.looseObject({ displayName: z.string().optional() }),
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

export type Target = z.infer<typeof Target>
export type Panel = z.infer<typeof Panel>
export type Annotation = z.infer<typeof Annotation>
export type Variable = z.infer<typeof Variable>
export type Dashboard = z.infer<typeof Dashboard>

export const parseDashboard = (json: string): Dashboard => Dashboard.parse(JSON.parse(json))

/** The text of a checked-in dashboard, by its name without ".json". */
export const readDashboard = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../..", `${name}.json`), "utf8")

/** The panels that show data; a row is only a heading. */
export const dataPanels = ({ panels }: Dashboard): Panel[] => panels.filter(({ type }) => type !== "row")
