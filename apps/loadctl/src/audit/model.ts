import { z } from "zod"

/** The answer of an audit endpoint; whatever else a check says is kept. */
export const AuditAnswer = z.object({
  ok: z.boolean(),
  // A response without checks, or without counts of violations, is no audit: a health endpoint may say `ok` too.
  checks: z
    .array(
      z.looseObject({
        id: z.string(),
        title: z.string().default(""),
        violations: z.union([z.number().min(0), z.array(z.unknown())]),
      }),
    )
    .min(1),
})

export type AuditAnswer = z.infer<typeof AuditAnswer>

/** What became of the audit; `audit.json` of a run. */
export type Audit =
  | { state: "done"; ok: boolean; checks: AuditAnswer["checks"]; settledAfterMs: number }
  /** Without a text, none is configured. */
  | { state: "off"; text?: string }
  | { state: "unreachable"; text: string }
