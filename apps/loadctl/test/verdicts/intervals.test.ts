import { expectRows } from "./expect-row.ts"
import { INTERVAL_ROWS } from "./rows/intervals.ts"

expectRows(INTERVAL_ROWS)
