import { expectRows } from "./expect-row.ts"
import { ITERATION_ROWS } from "./rows/iterations.ts"

expectRows(ITERATION_ROWS)
