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
    full: z.boolean().meta({ description: "Whether what is sealed was counted again" }),
    seals: z.array(z.object({ sealedAt: z.iso.datetime(), orders: z.int() })).meta({
      description: "Segments that were checked and sealed; only their sums are counted unless full",
    }),
    recount: z
      .object({
        state: z.enum(["running", "complete", "ended early"]),
        startedAt: z.iso.datetime(),
        segments: z.object({ counted: z.int(), of: z.int() }),
        users: z.object({ counted: z.int(), of: z.int() }).meta({
          description: "Ledgers are counted again user by user: up to this id, of those up to that",
        }),
        violations: z.array(z.object({ id: z.string(), violations: z.number() })),
      })
      .nullable()
      .meta({
        description: "How far the last full audit of this process is or was, and what it found until then",
      }),
  })
  .meta({ id: "AuditReport" })

export const AuditQuery = z.object({
  full: z
    .enum(["0", "1"])
    .default("0")
    .transform((full) => full === "1")
    .meta({ description: "1 counts what is sealed again, which takes minutes" }),
})
