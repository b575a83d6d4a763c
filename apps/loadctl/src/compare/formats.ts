import { sheetRenderers } from "../report/sheet/formats.ts"
import { comparisonSheet } from "./sheet.ts"

/** How each `--format` is made. */
export const RENDERERS = sheetRenderers(comparisonSheet)
