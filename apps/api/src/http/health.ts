import { z } from "zod"
import { RefusalError } from "../errors.ts"
import { defineRoute } from "./define-route.ts"
import type { Route } from "./define-route.ts"
import type { Lifecycle } from "./lifecycle.ts"

/** Without what is not `needed` orders, charges and claims still work: the process is degraded. */
export type Probe = { name: string; needed: boolean; check: () => Promise<unknown> }

const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health" })
const Readiness = z
  .object({
    status: z.enum(["ready", "degraded", "not ready", "stopping"]),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        reason: z.string().optional().meta({ description: "Why it is not served, where that is known" }),
      }),
    ),
  })
  .meta({ id: "Readiness" })

type HealthDeps = { lifecycle: Lifecycle; probes: Probe[] }

/** `/healthz` checks no dependency; `/readyz` checks each, and is 503 without a needed one or when stopping. */
export const createHealthRoutes = ({ lifecycle, probes }: HealthDeps): Route[] => [
  defineRoute({
    id: "getHealth",
    method: "GET",
    path: "/healthz",
    summary: "Whether the process runs; asks no other service",
    tag: "Process",
    answer: { status: 200, schema: Health, description: "It is" },
    access: { who: "anyone" },
    handle: async () => ({ status: "ok" as const }),
  }),
  defineRoute({
    id: "getReadiness",
    method: "GET",
    path: "/readyz",
    summary: "Whether the process can serve requests",
    tag: "Process",
    answer: { status: 200, schema: Readiness, description: "It can; degraded without Redis" },
    otherAnswers: {
      503: { schema: Readiness, description: "PostgreSQL cannot be written, or the process is stopping" },
    },
    access: { who: "anyone" },
    async respond(res) {
      const checks = await Promise.all(probes.map((probe) => ask(probe)))
      const status = lifecycle.stopping ? "stopping" : readiness(checks)
      res.status(status === "ready" || status === "degraded" ? 200 : 503).json({
        status,
        checks: checks.map(({ name, ok, reason }) => ({ name, ok, ...(reason !== undefined && { reason }) })),
      })
    },
  }),
]

type Checked = { name: string; needed: boolean; ok: boolean; reason?: string | undefined }

function readiness(checks: readonly Checked[]): "ready" | "degraded" | "not ready" {
  if (checks.every(({ ok }) => ok)) return "ready"
  return checks.every(({ ok, needed }) => ok || !needed) ? "degraded" : "not ready"
}

type Outcome = Pick<Checked, "ok" | "reason">

const TIMEOUT_MS = 1_000

async function ask({ name, needed, check }: Probe): Promise<Checked> {
  const late = AbortSignal.timeout(TIMEOUT_MS)
  const timeout = new Promise<Outcome>((done) =>
    late.addEventListener("abort", () => done({ ok: false }), { once: true }),
  )
  const answer = check().then(
    (result): Outcome => ({ ok: result !== false }),
    (error: unknown): Outcome => ({
      ok: false,
      // Other errors may name hosts and users.
      ...(error instanceof RefusalError && { reason: error.message }),
    }),
  )
  return { name, needed, ...(await Promise.race([answer, timeout])) }
}
