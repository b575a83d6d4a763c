import { execa } from "execa"

import { usageError } from "../errors.ts"

export type ArchiveOptions = {
  binary: string
  /** Absolute path. */
  script: string
  cwd: string
  /** Becomes part of the archive, so nothing secret may be in it. */
  variables: Record<string, string>
}

/** The script with everything that it imports, its options and its variables, as the tar that k6 makes of it. */
export async function archiveScript({ binary, script, cwd, variables }: ArchiveOptions): Promise<Buffer> {
  const flags = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`])
  const args = ["archive", ...flags, "--archive-out", "-", script]
  const { exitCode, stdout, stderr } = await execa(binary, args, {
    cwd,
    encoding: "buffer",
    reject: false,
    stripFinalNewline: false,
  })
  if (exitCode !== 0)
    throw usageError(`k6 could not read the script:\n${Buffer.from(stderr).toString().trim()}`)
  return Buffer.from(stdout)
}
