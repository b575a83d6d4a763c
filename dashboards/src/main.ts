import { writeFileSync } from "node:fs"

import { dashboardFiles } from "./files.ts"

for (const { file, text } of dashboardFiles()) writeFileSync(file, text)
