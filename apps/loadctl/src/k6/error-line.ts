import { z } from "zod"

const LogLine = z.object({ level: z.string(), msg: z.string(), source: z.string().optional() })

/** What a line of k6's JSON log says, if it is an error: its message, and where it came from. */
export function readError(line: string): z.infer<typeof LogLine>[] {
  try {
    const { success, data } = LogLine.safeParse(JSON.parse(line))
    return success && data.level === "error" ? [data] : []
  } catch {
    return []
  }
}
