import { z } from "zod"

export const AuditReport = z
  .object({
    ok: z.boolean().meta({ description: "Whether nothing is violated" }),
    checks: z.array(
      z.object({
        id: z.string().meta({ example: "money-conserved" }),
        title: z.string().meta({ description: "What always holds" }),
        violations: z.number().meta({ description: "How much or how many break it; 0 is right" }),
        meaning: z.string().meta({ description: "What a violation is" }),
        durationMs: z.number(),
      }),
    ),
    durationMs: z.number(),
  })
  .meta({ id: "AuditReport" })
