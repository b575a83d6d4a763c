import { expectRows } from "./expect-row.ts"
import { TARGET_ROWS } from "./rows/targets.ts"

expectRows(TARGET_ROWS)
