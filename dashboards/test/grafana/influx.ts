import { z } from "zod"

const Series = z.object({
  name: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  columns: z.array(z.string()),
  values: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
})

const Answer = z.object({
  error: z.string().optional(),
  results: z
    .array(z.object({ error: z.string().optional(), series: z.array(Series).default([]) }))
    .default([]),
})

export type Series = z.infer<typeof Series>
export type Influx = { url: string; database: string }

/** Runs one InfluxQL query, times in epoch ms. Throws with the database's own words when it refuses. */
export async function ask({ url, database }: Influx, query: string): Promise<Series[]> {
  const response = await fetch(`${url}/query?db=${database}&epoch=ms`, {
    method: "POST",
    body: new URLSearchParams({ q: query }),
  })
  const { error, results } = Answer.parse(await response.json())
  const [result] = results
  const refusal = error ?? result?.error
  if (refusal !== undefined) throw new Error(refusal)
  return result?.series ?? []
}

/** The rows of an answer as objects: a row's columns and its series' tags by name. */
export function rowsOf(series: readonly Series[]): Record<string, string | number | null>[] {
  return series.flatMap(({ tags, columns, values }) =>
    values.map((row) => ({
      ...tags,
      ...Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])),
    })),
  )
}
