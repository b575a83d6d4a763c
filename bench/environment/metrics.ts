/** Of a metrics page, the value of the only series of a metric. */
export async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(url)).text()
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)
  if (!found) throw new Error(`${url} has no ${name}`)
  return Number(found[1])
}

/** CPU seconds of a process so far, as its metrics page says. */
export const cpuSeconds = (url: string): Promise<number> => readMetric(url, "process_cpu_seconds_total")
