import { readFile } from "node:fs/promises"

/** One request as k6's own CSV output has it. */
export type CsvRequest = { name: string; scenario: string; status: string; expected: string; ms: number }

/** Reads what `k6 --out csv` wrote of a run, by nothing that loadctl is made of. */
export async function readCsv(file: string): Promise<CsvRequest[]> {
  const [head = [], ...rows] = parseCsv(await readFile(file, "utf8"))
  const column = (name: string): number => head.indexOf(name)
  const [metric, value] = [column("metric_name"), column("metric_value")]
  return rows
    .filter((row) => row[metric] === "http_req_duration")
    .map((row) => {
      const cell = (name: string): string => row[column(name)] ?? ""
      return {
        name: cell("name"),
        scenario: cell("scenario"),
        status: cell("status"),
        expected: cell("expected_response"),
        ms: Number(row[value]),
      }
    })
}

/** RFC 4180: a quoted cell may hold commas, line breaks and doubled quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'))
    if (end === ",") continue
    if (row.length > 1) rows.push(row)
    row = []
  }
  return rows
}

export type CsvFigures = {
  n: number
  failed: number
  p50: number | null
  p95: number | null
  p99: number | null
}

/** The figures of one row from its requests. A status that is listed wins, then k6's opinion, then the status. */
export function figuresOf(
  requests: readonly CsvRequest[],
  statuses: readonly number[] | undefined,
): CsvFigures {
  // k6 gives 0 to a request that found no connection.
  const sorted = requests.flatMap(({ ms }) => (ms > 0 ? [ms] : [])).toSorted((a, b) => a - b)
  const at = (share: number): number | null => {
    if (sorted.length === 0) return null
    const position = share * (sorted.length - 1)
    const low = sorted[Math.floor(position)] ?? Number.NaN
    const high = sorted[Math.ceil(position)] ?? Number.NaN
    return low + (high - low) * (position - Math.floor(position))
  }
  const hasFailed = ({ status, expected }: CsvRequest): boolean => {
    if (statuses) return !statuses.includes(Number(status))
    if (expected !== "") return expected !== "true"
    return !(Number(status) >= 200 && Number(status) < 400)
  }
  return {
    n: requests.length,
    failed: requests.filter(hasFailed).length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  }
}
