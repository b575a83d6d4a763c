#!/usr/bin/env node
import process from "node:process"

import { runCli } from "./cli.ts"
import type { Io } from "./io.ts"

const USUAL_COLUMNS = 80

function processIo(): Io {
  // What keeps our own start short is not for the programs that we start and measure.
  delete process.env["NODE_COMPILE_CACHE"]
  // Nothing is left to do then, and what Node does after it can take a core for ever (nodejs/node#47748).
  process.once("exit", () => process.exit())
  const interrupted = new AbortController()
  const killed = new AbortController()
  const onSignal = (): void => (interrupted.signal.aborted ? killed : interrupted).abort()
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  // Ignored by Node until a dependency listens to end us by it; a file that may not grow is an error of its write.
  process.on("SIGXFSZ", () => {})
  for (const stream of [process.stdout, process.stderr]) {
    // `loadctl ab 2>&1 | head` closes the pipe early; that is no error of ours, but the output of more runs would be lost.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error
      interrupted.abort()
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    // A terminal without a size says 0; wrapped by that, every line would have one letter.
    if (stream.isTTY && !(stream.columns > 0)) stream.columns = USUAL_COLUMNS
  }
  return {
    argv: process.argv.slice(2),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    stdoutIsTTY: process.stdout.isTTY,
    ...(process.stdout.isTTY ? { stdoutColumns: process.stdout.columns } : {}),
    stderrIsTTY: process.stderr.isTTY,
    ...(process.stdin.isTTY && process.stderr.isTTY
      ? { ask: (question) => ask(question, { interrupted: interrupted.signal, interrupt: onSignal }) }
      : {}),
    stderrStream: process.stderr,
    interrupted: interrupted.signal,
    killed: killed.signal,
    setExitCode: (code) => {
      process.exitCode = code
    },
  }
}

type Asking = { interrupted: AbortSignal; interrupt: () => void }

/** Rejects when it is interrupted: by Ctrl-C, which comes as a key while a line is read, or by the end of the input. */
async function ask(question: string, { interrupted, interrupt }: Asking): Promise<string> {
  const { createInterface } = await import("node:readline/promises")
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  lines.once("SIGINT", interrupt)
  lines.once("close", interrupt)
  try {
    return await lines.question(question, { signal: interrupted })
  } finally {
    lines.off("close", interrupt)
    lines.close()
  }
}

await runCli(processIo())
