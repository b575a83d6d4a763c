import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { goRuntime } from "../go.ts"
import { findOnPath } from "../path.mjs"
import type { Unit } from "../unit.ts"

export const INFLUX_PROGRAM = "influxd" as const

export function influxUrl(port: number): string {
  return `http://127.0.0.1:${port}`
}

type InfluxOptions = {
  env: NodeJS.ProcessEnv
  home: string
  port: number
  influxBackupPort: number
  logDir: string
}

/** InfluxDB 1.x on loopback, with its own configuration and no usage reports. */
export async function influxUnit(options: InfluxOptions): Promise<Unit> {
  const { env, home, port, influxBackupPort, logDir } = options
  await mkdir(home, { recursive: true })
  const config = join(home, "influxdb.conf")
  await writeFile(config, configuration({ home, port, backupPort: influxBackupPort }))
  return {
    kind: "service",
    name: "influxdb",
    after: [],
    command: findOnPath(INFLUX_PROGRAM, env) ?? INFLUX_PROGRAM,
    args: ["run", "-config", config],
    env: { HOME: home, TZ: "UTC", ...goRuntime(env) },
    cwd: home,
    log: join(logDir, "influxdb.log"),
    port,
    probe: { kind: "http", url: `${influxUrl(port)}/ping` },
    stopSignal: "SIGTERM",
  }
}

function configuration({
  home,
  port,
  backupPort,
}: {
  home: string
  port: number
  backupPort: number
}): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${backupPort}"

[meta]
  dir = ${JSON.stringify(join(home, "meta"))}

[data]
  dir = ${JSON.stringify(join(home, "data"))}
  wal-dir = ${JSON.stringify(join(home, "wal"))}
  query-log-enabled = false
  # k6 tags every point with what it requested; a limit would drop points silently.
  max-values-per-tag = 0
  max-series-per-database = 0

[monitor]
  store-enabled = false

[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  # k6 writes a whole flush interval in one request, however big it is.
  max-body-size = 0
`
}
