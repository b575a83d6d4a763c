import process from "node:process"

/** What a command gets of the process it runs in. */
export type Io = {
  stdout: (text: string) => void
  stderr: (text: string) => void
  env: NodeJS.ProcessEnv
  /** The repository. */
  root: string
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal
}

/** The Io of this process; from now on SIGINT and SIGTERM abort instead of ending it. */
export function processIo(root: string): Io {
  const interrupted = new AbortController()
  // Nothing is left to do then, and what Node does after it can take a core for ever (nodejs/node#47748).
  process.once("exit", () => process.exit())
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort())
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    root,
    interrupted: interrupted.signal,
  }
}
