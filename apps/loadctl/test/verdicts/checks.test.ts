import { expectRows } from "./expect-row.ts"
import { CHECK_ROWS } from "./rows/checks.ts"

expectRows(CHECK_ROWS)
