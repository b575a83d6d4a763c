import { COMPARISONS } from "./comparisons.ts"
import { SEARCHES } from "./searches.ts"
import type { Study } from "./study.ts"

/** What `npm run bench -- statistics` simulates. */
export const STUDIES: readonly Study[] = [...SEARCHES, ...COMPARISONS]
