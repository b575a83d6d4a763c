import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import process from "node:process"
import { text } from "node:stream/consumers"

import { z } from "zod"

import type { Io } from "@saleproof/command/io.ts"
import type { Figures } from "../report/model.ts"
import type { Suite } from "./suite.ts"

const VUS = [300, 700]
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
    return { variants, versions: { Node: process.version }, [Symbol.asyncDispose]: async () => undefined }
  },
}

async function measureRun(io: Io, { vus, scale }: { vus: number; scale: string }): Promise<Figures> {
  const loadctl = join(io.root, "apps/loadctl/src/main.ts")
  const args = [
    "run",
    "--scenario",
    "flow_300vus",
    "--private",
    "--scale",
    scale,
    "--build-k6",
    "--format",
    "json",
  ]
  const child = spawn(process.execPath, [loadctl, ...args], {
    cwd: io.root,
    // k6 reads VUS itself: the same shape with another height.
    env: { ...io.env, VUS: String(vus) },
    stdio: ["ignore", "pipe", "inherit"],
  })
  // Ctrl-C reaches loadctl as well, which stops its stack; SIGTERM from another process does not.
  const stop = () => child.kill("SIGTERM")
  io.interrupted.addEventListener("abort", stop, { once: true })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")])
  io.interrupted.removeEventListener("abort", stop)
  if (!MEASURED.has(Number(code))) throw new Error(`loadctl ended with exit code ${String(code)}`)
  return figuresOf(Run.parse(JSON.parse(output)))
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
