import { expectRows } from "./expect-row.ts"
import { ENDPOINT_ROWS } from "./rows/endpoints.ts"

expectRows(ENDPOINT_ROWS)
