import { BigValueTextMode } from "@grafana/grafana-foundation-sdk/common"

import { stat, timeseries } from "../panels.ts"
import { meanOf, prometheus } from "../promql.ts"
import type { Row } from "../row.ts"

export function processesRow(): Row {
  return { title: "Processes", panels: [eventLoop(), cpu(), memory(), collector(), descriptors(), build()] }
}

function eventLoop() {
  return timeseries(
    {
      title: "Event loop delay, p99",
      shows: "How late the event loop ran its callbacks, 99th percentile since the last scrape, per process.",
      bad: "above 20 ms; everything this process does waits that long on top, whatever the database does.",
      unit: "s",
      size: [8, 8],
    },
    prometheus("max by (process) (nodejs_eventloop_lag_p99_seconds)", "{{process}}"),
  ).min(0)
}

function cpu() {
  return timeseries(
    {
      title: "CPU",
      shows: "CPU cores in use per process; JavaScript runs on one.",
      bad: "near 1; the process is at its limit, and only less work per request or another process helps.",
      unit: "short",
      size: [8, 8],
    },
    prometheus("sum by (process) (rate(process_cpu_seconds_total[$__rate_interval]))", "{{process}}"),
  ).min(0)
}

function memory() {
  return timeseries(
    {
      title: "Memory",
      shows: "Resident memory and used heap per process.",
      bad: "growing from run to run and not coming back; something is kept that should not be.",
      unit: "bytes",
      size: [8, 8],
    },
    prometheus("sum by (process) (process_resident_memory_bytes)", "{{process}} resident"),
    prometheus("sum by (process) (nodejs_heap_size_used_bytes)", "{{process}} heap"),
  ).min(0)
}

function collector() {
  return timeseries(
    {
      title: "Garbage collection, mean pause",
      shows: "Mean length of a garbage collection by kind; minor ones are short and frequent.",
      bad: "major pauses above 50 ms; requests wait for them.",
      unit: "s",
      size: [9, 8],
    },
    prometheus(meanOf("nodejs_gc_duration_seconds", "process", "kind"), "{{process}} {{kind}}"),
  ).min(0)
}

function descriptors() {
  return timeseries(
    {
      title: "Open file descriptors",
      shows: "Sockets and files that each process holds.",
      bad: "far above the connections of the load, or never coming back; connections leak.",
      unit: "short",
      size: [9, 8],
    },
    prometheus("sum by (process) (process_open_fds)", "{{process}}"),
  ).min(0)
}

function build() {
  return stat(
    {
      title: "Build",
      shows: "Which version of the shop runs, on which version of Node.js, per process.",
      bad: "two versions of one process; half of a deployment is still the old one.",
      size: [6, 8],
    },
    prometheus(
      "max by (process, version, node) (saleproof_build_info)",
      "{{process}} {{version}}, Node.js {{node}}",
    ),
  ).textMode(BigValueTextMode.Name)
}
