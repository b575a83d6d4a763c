import { ask, rowsOf } from "../grafana/influx.ts"
import type { Influx } from "../grafana/influx.ts"

/** From the first to the last request of a run, epoch ms. Throws when the database does not have it. */
export async function rangeOf(influx: Influx, testid: string): Promise<{ from: number; to: number }> {
  const ends = ["first", "last"].map(async (end) => {
    const query = `SELECT ${end}("value") FROM "http_reqs" WHERE "testid" = '${testid}'`
    const [row] = rowsOf(await ask(influx, query))
    if (!row) throw new Error(`InfluxDB has no run ${testid}.`)
    return Number(row.time)
  })
  const [from = 0, to = 0] = await Promise.all(ends)
  return { from, to }
}
