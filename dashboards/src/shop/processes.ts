import { BigValueTextMode } from "@grafana/grafana-foundation-sdk/common"

import { stat } from "../panels.ts"
import { lines, meanOf, prometheus } from "../promql.ts"
import type { Row } from "../row.ts"

export const processesRow: Row = {
  title: "Processes",
  panels: [
    lines({
      title: "Event loop delay, p99",
      shows:
        "How late the event loop ran its callbacks, 99th percentile since the last scrape, per process. The interval " +
        "of the samples is included: 10 ms in the API, 50 ms in the worker.",
      bad: "above 20 ms (worker: 60 ms); everything this process does waits on top, whatever the database does.",
      unit: "s",
      queries: { "{{process}}": "max by (process) (nodejs_eventloop_lag_p99_seconds)" },
    }).min(0),
    lines({
      title: "CPU",
      shows: "CPU cores in use per process; JavaScript runs on one.",
      bad: "near 1; the process is at its limit, and only less work per request or another process helps.",
      queries: { "{{process}}": "sum by (process) (rate(process_cpu_seconds_total[$__rate_interval]))" },
    }).min(0),
    lines({
      title: "Memory",
      shows: "Resident memory and used heap per process.",
      bad: "growing from run to run and not coming back; something is kept that should not be.",
      unit: "bytes",
      queries: {
        "{{process}} resident": "sum by (process) (process_resident_memory_bytes)",
        "{{process}} heap": "sum by (process) (nodejs_heap_size_used_bytes)",
      },
    }).min(0),
    lines({
      title: "Garbage collection, mean pause",
      shows: "Mean length of a garbage collection by kind; minor ones are short and frequent.",
      bad: "major pauses above 50 ms; requests wait for them.",
      unit: "s",
      size: [9, 8],
      queries: { "{{process}} {{kind}}": meanOf("nodejs_gc_duration_seconds", "process", "kind") },
    }).min(0),
    lines({
      title: "Open file descriptors",
      shows: "Sockets and files that each process holds.",
      bad: "far above the connections of the load, or never coming back; connections leak.",
      size: [9, 8],
      queries: { "{{process}}": "sum by (process) (process_open_fds)" },
    }).min(0),
    stat({
      title: "Build",
      shows: "Which version of the shop runs, on which version of Node.js, per process.",
      bad: "two versions of one process; half of a deployment is still the old one.",
      size: [6, 8],
      queries: [
        prometheus(
          "max by (process, version, node) (saleproof_build_info)",
          "{{process}} {{version}}, Node.js {{node}}",
        ),
      ],
    }).textMode(BigValueTextMode.Name),
  ],
}
