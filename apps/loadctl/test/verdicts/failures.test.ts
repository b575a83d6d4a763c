import { expectRows } from "./expect-row.ts"
import { FAILURE_ROWS } from "./rows/failures.ts"

expectRows(FAILURE_ROWS)
