import { expectRows } from "./expect-row.ts"
import { THRESHOLD_ROWS } from "./rows/thresholds.ts"

expectRows(THRESHOLD_ROWS)
