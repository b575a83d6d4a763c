import { expectRows } from "./expect-row.ts"
import { MEASURING_ROWS } from "./rows/measuring.ts"

expectRows(MEASURING_ROWS)
