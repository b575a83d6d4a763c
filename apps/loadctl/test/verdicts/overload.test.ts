import { expectRows } from "./expect-row.ts"
import { OVERLOAD_ROWS } from "./rows/overload.ts"

expectRows(OVERLOAD_ROWS)
