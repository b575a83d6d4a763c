import { join } from "node:path"

import { loadTestDashboard } from "./load-test.ts"
import { shopDashboard } from "./shop.ts"
import { readSla } from "./sla.ts"

const FOLDER = join(import.meta.dirname, "..")

/** Every file that is made from code: its absolute path and the text it must have. */
export function dashboardFiles(): { file: string; text: string }[] {
  const sla = readSla(join(FOLDER, "..", "loadctl.yaml"))
  return [
    { file: join(FOLDER, "load-test.json"), text: asText(loadTestDashboard(sla)) },
    { file: join(FOLDER, "shop.json"), text: asText(shopDashboard(sla)) },
  ]
}

const asText = (dashboard: unknown): string => `${JSON.stringify(dashboard, null, 2)}\n`
