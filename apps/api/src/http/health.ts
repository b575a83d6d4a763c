import { Router } from "express"
import type { Lifecycle } from "./lifecycle.ts"

/** What `needed` is not answers without harm to orders, charges and claims: without it the process is degraded. */
export type Probe = { name: string; needed: boolean; check: () => Promise<unknown> }

type Health = { lifecycle: Lifecycle; probes: Probe[]; timeoutMs?: number }

/** `/healthz` touches nothing; `/readyz` asks every dependency, and is 503 without a needed one or when stopping. */
export function createHealthRoutes({ lifecycle, probes, timeoutMs = 1_000 }: Health): Router {
  const router = Router()
  router.get("/healthz", (_req, res) => {
    res.json({ status: "ok" })
  })
  router.get("/readyz", async (_req, res) => {
    const checks = await Promise.all(probes.map((probe) => ask(probe, timeoutMs)))
    const status = lifecycle.stopping ? "stopping" : readiness(checks)
    res.status(status === "ready" || status === "degraded" ? 200 : 503).json({
      status,
      checks: checks.map(({ name, ok }) => ({ name, ok })),
    })
  })
  return router
}

type Checked = { name: string; needed: boolean; ok: boolean }

function readiness(checks: readonly Checked[]): "ready" | "degraded" | "not ready" {
  if (checks.every(({ ok }) => ok)) return "ready"
  return checks.every(({ ok, needed }) => ok || !needed) ? "degraded" : "not ready"
}

async function ask({ name, needed, check }: Probe, timeoutMs: number): Promise<Checked> {
  const late = AbortSignal.timeout(timeoutMs)
  const timeout = new Promise<false>((done) =>
    late.addEventListener("abort", () => done(false), { once: true }),
  )
  const answer = check().then(
    (result) => result !== false,
    () => false,
  )
  return { name, needed, ok: await Promise.race([answer, timeout]) }
}
