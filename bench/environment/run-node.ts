import process from "node:process"

import type { Io } from "@saleproof/command/io.ts"
import { execa } from "execa"

type RunOptions = {
  env?: Record<string, string>
  stdio?: "ignore" | readonly ["ignore", "pipe", "inherit"]
}

/**
 * Runs a program of this repository to its end. Ctrl-C reaches it as well; when this process is asked to end by another
 * way, it gets SIGTERM. Answers its exit code and what it printed, where stdout is a pipe.
 * @throws when it was ended by a signal
 */
export async function runNode(
  io: Io,
  args: readonly string[],
  { env = {}, stdio = "ignore" }: RunOptions = {},
) {
  const { exitCode, stdout, message } = await execa(process.execPath, args, {
    cwd: io.root,
    env: { ...io.env, ...env },
    stdio,
    cancelSignal: io.interrupted,
    // It stops its stack first, however long that takes.
    forceKillAfterDelay: false,
    reject: false,
  })
  if (exitCode === undefined) throw new Error(message)
  return { exitCode, stdout: stdout ?? "" }
}
