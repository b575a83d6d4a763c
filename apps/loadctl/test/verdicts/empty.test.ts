import { expectRows } from "./expect-row.ts"
import { EMPTY_ROWS } from "./rows/empty.ts"

expectRows(EMPTY_ROWS)
