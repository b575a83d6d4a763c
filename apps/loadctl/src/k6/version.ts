import { execa } from "execa"

/** "2.2.0" of "k6 v2.2.0 (go1.25, linux/amd64)"; null when it does not say. */
export async function k6Version(binary: string): Promise<string | null> {
  const { stdout } = await execa(binary, ["version"], { reject: false, timeout: 10_000 })
  return /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null
}
