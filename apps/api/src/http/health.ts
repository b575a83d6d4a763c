import { Router } from "express"
import type { Lifecycle } from "./lifecycle.ts"

export type Probe = { name: string; check: () => Promise<unknown> }

type Health = { lifecycle: Lifecycle; probes: Probe[]; timeoutMs?: number }

/** `/healthz` touches nothing; `/readyz` asks every dependency and says 503 once the process is stopping. */
export function createHealthRoutes({ lifecycle, probes, timeoutMs = 1_000 }: Health): Router {
  const router = Router()
  router.get("/healthz", (_req, res) => {
    res.json({ status: "ok" })
  })
  router.get("/readyz", async (_req, res) => {
    const checks = await Promise.all(probes.map((probe) => ask(probe, timeoutMs)))
    const ready = !lifecycle.stopping && checks.every((check) => check.ok)
    const status = lifecycle.stopping ? "stopping" : ready ? "ready" : "not ready"
    res.status(ready ? 200 : 503).json({ status, checks })
  })
  return router
}

async function ask({ name, check }: Probe, timeoutMs: number): Promise<{ name: string; ok: boolean }> {
  const late = AbortSignal.timeout(timeoutMs)
  const timeout = new Promise<false>((done) =>
    late.addEventListener("abort", () => done(false), { once: true }),
  )
  const answer = check().then(
    (result) => result !== false,
    () => false,
  )
  return { name, ok: await Promise.race([answer, timeout]) }
}
