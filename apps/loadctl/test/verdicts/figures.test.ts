import { expectRows } from "./expect-row.ts"
import { FIGURE_ROWS } from "./rows/figures.ts"

expectRows(FIGURE_ROWS)
