import { expectRows } from "./expect-row.ts"
import { HOLD_ROWS } from "./rows/holds.ts"

expectRows(HOLD_ROWS)
