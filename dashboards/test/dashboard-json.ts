import { readFileSync } from "node:fs"
import { join } from "node:path"

import { z } from "zod"

const Target = z.looseObject({
  refId: z.string(),
  query: z.string(),
  resultFormat: z.enum(["table", "time_series"]),
  alias: z.string().optional(),
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
      overrides: z.array(z.looseObject({ matcher: z.object({ id: z.string(), options: z.unknown() }) })),
    })
    .optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
})

const Variable = z.looseObject({
  name: z.string(),
  type: z.string(),
  query: z.string(),
  multi: z.boolean(),
  allValue: z.string().optional(),
})

const Dashboard = z.looseObject({
  uid: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(Variable) }),
  panels: z.array(Panel),
})

export type Target = z.infer<typeof Target>
export type Panel = z.infer<typeof Panel>
export type Variable = z.infer<typeof Variable>
export type Dashboard = z.infer<typeof Dashboard>

export const parseDashboard = (json: string): Dashboard => Dashboard.parse(JSON.parse(json))

/** The text of a checked-in dashboard, by its name without ".json". */
export const readDashboard = (name: string): string =>
  readFileSync(join(import.meta.dirname, "..", `${name}.json`), "utf8")

/** The panels that show data; a row is only a heading. */
export const dataPanels = ({ panels }: Dashboard): Panel[] => panels.filter(({ type }) => type !== "row")
