import { sheetRenderers } from "../report/sheet/formats.ts"
import { capacitySheet } from "./sheet.ts"

/** How each `--format` is made. */
export const RENDERERS = sheetRenderers(capacitySheet)
