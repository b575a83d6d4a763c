/** What a benchmark gets of the process it runs in. */
export type Io = {
  stdout: (text: string) => void
  stderr: (text: string) => void
  env: NodeJS.ProcessEnv
  /** The repository. */
  root: string
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal
}
