import { sheetRenderers } from "../report/sheet/formats.ts"
import { abSheet } from "./sheet.ts"

/** How each `--format` is made. */
export const RENDERERS = sheetRenderers(abSheet)
