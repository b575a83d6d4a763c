import { z } from "zod"

import type { Io } from "@saleproof/command/io.ts"
import { runNode } from "../environment/run-node.ts"
import type { Figures } from "../report/model.ts"
import type { Suite } from "./suite.ts"

const VUS = [300, 1_000]
const QUICK_SCALE = "0.06"
/** 4 means that the SLA failed and 5 that the run was not valid: results too. */
const MEASURED = new Set([0, 4, 5])

const Run = z.object({
  verdict: z.enum(["PASS", "FAIL", "INVALID"]),
  iterations: z.number(),

  failed: z.number(),
  overall: z.object({ p95: z.number().nullable() }),

  endpoints: z.array(z.object({ name: z.string(), rate: z.number().nullable(), p95: z.number().nullable() })),
  audit: z.object({ ok: z.boolean().nullable() }),
})

export const flowSuite: Suite = {
  title: "The whole purchase: flow_300vus by loadctl, with k6 and InfluxDB on the same machine",
  columns: [
    { figure: "passed", heading: "SLA passed", unit: "share" },
    { figure: "iterations", heading: "purchases", unit: "count" },
    { figure: "rate", heading: "purchases at the hold", unit: "rate" },
    { figure: "p95", heading: "p95, all", unit: "ms" },
    { figure: "orderP95", heading: "p95, order", unit: "ms" },
    { figure: "failed", heading: "failed", unit: "count" },
    { figure: "auditFailed", heading: "audit failed", unit: "share" },
  ],
  async open({ io, quick }) {
    const variants = VUS.map((vus) => ({
      name: `${vus} VUs`,
      measure: () => measureRun(io, { vus, scale: quick ? QUICK_SCALE : "1" }),
    }))
    return { variants }
  },
}

async function measureRun(io: Io, { vus, scale }: { vus: number; scale: string }): Promise<Figures> {
  const run = "run --scenario flow_300vus --private --build-k6 --format json".split(" ")
  const { exitCode, stdout } = await runNode(io, ["apps/loadctl/src/main.ts", ...run, "--scale", scale], {
    // k6 reads VUS itself: the same shape with another height.
    env: { VUS: String(vus) },
    stdio: ["ignore", "pipe", "inherit"],
  })
  if (!MEASURED.has(exitCode)) throw new Error(`loadctl ended with exit code ${exitCode}`)
  return figuresOf(Run.parse(JSON.parse(stdout)))
}

function figuresOf({ verdict, iterations, failed, overall, endpoints, audit }: z.infer<typeof Run>): Figures {
  const order = endpoints.find(({ name }) => name === "5_create_order")
  return {
    passed: verdict === "PASS" ? 1 : 0,
    iterations,
    rate: order?.rate ?? null,
    p95: overall.p95,
    orderP95: order?.p95 ?? null,
    failed,
    auditFailed: audit.ok === false ? 1 : 0,
  }
}
