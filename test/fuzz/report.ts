import { markdownTable } from "@saleproof/loadctl/report/markdown-table.ts"
import type { Machine } from "@saleproof/loadctl/machine/watch.ts"
import type { PassResult } from "./run-pass.ts"

export type Report = {
  schema: "saleproof.fuzz/1"
  verdict: "passed" | "found" | "interrupted"
  command: string
  fuzzer: string
  seed: number
  startedAt: string
  tookMs: number
  machine: Machine
  passes: PassResult[]
}

/** The report as a table, with every finding below it. */
export function renderMarkdown({ fuzzer, seed, command, startedAt, machine, passes }: Report): string {
  const rows = passes.map(({ pass, title, operations, cases, seconds, findings }) => [
    `${pass}: ${title}`,
    String(operations),
    count(cases),
    `${seconds} s`,
    String(findings.length),
  ])
  const findings = passes.flatMap((one) => one.findings.map((finding) => `- ${one.pass}: ${finding}`))
  return [
    "# Fuzzing every operation of the OpenAPI document",
    "",
    `Made by \`${command}\`; do not edit. ${fuzzer}, all its checks, seed ${seed}. A finding is a 5xx, an answer that the`,
    "document does not describe, a request that takes 10 s, a route that answers without the token that it asks for, an",
    "error in the log of the API, a stack or SQL in its log at level info, or a violated invariant.",
    "",
    ...markdownTable([["shop", "operations", "requests tried", "time", "findings"], ...rows], "LRRRR"),
    "",
    ...(findings.length > 0 ? [...findings, ""] : []),
    `${machine.cores} cores (${machine.cpu}) · Node ${machine.node} · commit ${machine.commit?.slice(0, 10) ?? "unknown"}${
      machine.dirty ? " with changes" : ""
    } · ${startedAt.slice(0, 16).replace("T", " ")}`,
    "",
  ].join("\n")
}

/** One line a pass and one a finding, for a terminal. */
export function renderText({ verdict, passes }: Report): string {
  const lines = passes.flatMap(({ pass, operations, cases, seconds, cut, findings }) => [
    `${findings.length === 0 ? "✓" : "✗"} ${pass.padEnd(8)}${operations} operations, ${count(cases)} requests in ${seconds} s${
      cut ? ", cut by time" : ""
    }, ${findings.length} findings`,
    ...findings.map((finding) => `    ${finding}`),
  ])
  return [...lines, verdict.toUpperCase(), ""].join("\n")
}

const count = (n: number) => n.toLocaleString("en-US")
